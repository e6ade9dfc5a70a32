/**
 * Prisma's own codes have the form of SQLSTATEs, in classes that Postgres has not: P1001, P2010. So have some of Node's:
 * EPIPE, EBADF.
 */
const SQL_STATE = /^(?!P[1-9]|E[A-Z])[0-9A-Z]{5}$/;

/** Whether a code of an error is one of Postgres. */
export function isSqlState(code: unknown): code is string {
  return typeof code === 'string' && SQL_STATE.test(code);
}
