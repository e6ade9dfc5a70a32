import { cancel } from './errands.ts';
import { testLostAnswers } from './lost-answers.ts';

testLostAnswers('a command with an Idempotency-Key', cancel);
