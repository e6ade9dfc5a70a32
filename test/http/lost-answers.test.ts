import { enqueue, signUp } from './errands.ts';
import { testLostAnswers } from './lost-answers.ts';

testLostAnswers('an enqueue with an Idempotency-Key', enqueue);
testLostAnswers('a sign-up', signUp);
