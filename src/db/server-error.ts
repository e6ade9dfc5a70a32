import { causesOf } from './causes-of.ts';

/** What the server said when it refused a statement. */
export interface ServerError {
  sqlState: string;
  message: string;
  hint: string | undefined;
}

/** Prisma's own codes have the form of SQLSTATEs, in classes that Postgres has not: P1001, P2010. */
const SQL_STATE = /^(?!P[1-9])[0-9A-Z]{5}$/;

/** The server's error, whatever library wraps it and however; undefined for any other error. */
export function findServerError(error: unknown): ServerError | undefined {
  for (const each of causesOf(error) as Record<string, unknown>[]) {
    const sqlState = each['originalCode'] ?? each['code'];
    if (typeof sqlState !== 'string' || !SQL_STATE.test(sqlState)) continue;
    const hint = typeof each['hint'] === 'string' ? each['hint'] : undefined;
    return { sqlState, message: String(each['originalMessage'] ?? each['message']), hint };
  }
  return undefined;
}
