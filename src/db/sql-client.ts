import type { SQL } from 'drizzle-orm';
import { sql } from 'drizzle-orm';

/** The part of a `pg` client or pool that runs a statement. */
export interface PgQueryable {
  query(text: string, values: unknown[]): Promise<{ rows: unknown[] }>;
}

/** The part of a drizzle database or transaction that runs a statement. */
export interface DrizzleExecutor {
  execute(query: SQL): Promise<{ rows: unknown[] }>;
}

/** Whatever the caller has a transaction open on. */
export type SqlClient = PgQueryable | DrizzleExecutor;

/**
 * Rows of one statement run on the caller's own connection, hence inside the caller's transaction.
 *
 * @param text SQL with `$1`, `$2`, … for the values
 */
export async function queryRows<Row>(client: SqlClient, text: string, values: unknown[]): Promise<Row[]> {
  const result =
    'execute' in client ? await client.execute(toDrizzle(text, values)) : await client.query(text, values);
  return result.rows as Row[];
}

/** The same statement in drizzle's terms: the text split at its placeholders, the values bound between. */
function toDrizzle(text: string, values: unknown[]): SQL {
  const parts = text.split(/\$(\d+)/).map((part, index) => {
    return index % 2 === 0 ? sql.raw(part) : sql`${sql.param(values[Number(part) - 1])}`;
  });
  return sql.join(parts);
}
