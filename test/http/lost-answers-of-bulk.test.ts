import { cancelMatching } from './errands.ts';
import { testLostAnswers } from './lost-answers.ts';

testLostAnswers('a bulk command with an Idempotency-Key', cancelMatching);
