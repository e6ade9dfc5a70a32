import type { Limits } from '../../db/limits.ts';

/**
 * Of the statements of the fleet's register. A beat that is not answered within 3 s is given up, since the connection may
 * be a black hole, and with it its connection. One that waits for somebody's lock is given up by the server before that: it would wait
 * there for as long as the lock is held, with nobody to hear the answer, and another with each further beat, until the sessions of
 * some workers are all that the server may have. Else the server has longer: a rescue waits for the sessions that it ends, and
 * one that was given up here and done there is found done by the next.
 */
export const CONTROL_LIMITS: Limits = {
  waitMs: 3_000,
  connectMs: 3_000,
  answerMs: 3_000,
  statementMs: 30_000,
  lockMs: 2_500,
  idleMs: 30_000,
  transactionMs: 30_000,
};
