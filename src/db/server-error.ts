import { causesOf } from '../errors/causes-of.ts';
import { isSqlState } from '../errors/is-sql-state.ts';

/** What the server said when it refused a statement. */
export interface ServerError {
  sqlState: string;
  message: string;
  hint: string | undefined;
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
