import { causesOf } from './causes-of.ts';

/** What the server said when it refused a statement. */
export interface ServerError {
  sqlState: string;
  message: string;
  hint: string | undefined;
}

/**
 * Prisma's own codes have the form of SQLSTATEs, in classes that Postgres has not: P1001, P2010. So have some of Node's:
 * EPIPE, EBADF.
 */
const SQL_STATE = /^(?!P[1-9]|E[A-Z])[0-9A-Z]{5}$/;

/** Whether a code of an error is one of Postgres. */
export function isSqlState(code: unknown): code is string {
  return typeof code === 'string' && SQL_STATE.test(code);
}

/** The server's error, whatever library wraps it and however; undefined for any other error. */
export function findServerError(error: unknown): ServerError | undefined {
  for (const each of causesOf(error) as Iterable<Record<string, unknown>>) {
    const sqlState = each['originalCode'] ?? each['code'];
    if (!isSqlState(sqlState)) continue;
    const hint = typeof each['hint'] === 'string' ? each['hint'] : undefined;
    return { sqlState, message: String(each['originalMessage'] ?? each['message']), hint };
  }
  return undefined;
}
