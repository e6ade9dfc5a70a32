import { translatingErrors } from '../db/command-error.ts';
import { queryRows, type SqlClient } from '../db/sql-client.ts';

/**
 * What one of Howdah's SQL functions answers.
 *
 * @param call with its arguments as `$1`, `$2`, …
 * @throws {HowdahError} for what it refused
 */
export async function command<Answer>(tx: SqlClient, call: string, values: unknown[]): Promise<Answer> {
  const [row] = await translatingErrors(() =>
    queryRows<{ answer: Answer }>(tx, `select ${call} as answer`, values),
  );
  if (!row) throw new Error(`${call} returned no row`);
  return row.answer;
}
