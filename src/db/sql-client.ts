import { askDrizzle, type DrizzleExecutor, isDrizzle } from './transactions/drizzle-executor.ts';

/** The part of a `pg` client or pool that runs a statement; also what an adapter for any other library looks like. */
export interface PgQueryable {
  query(text: string, values: unknown[]): Promise<{ rows: unknown[] }>;
}

/** Whatever the caller has a transaction open on. */
export type SqlClient = PgQueryable | DrizzleExecutor;

/**
 * Rows of one statement run on the caller's own connection, hence inside the caller's transaction.
 *
 * @param text SQL with `$1`, `$2`, … for the values
 * @throws {TypeError} before anything is sent, when the client is none
 */
export async function queryRows<Row>(client: SqlClient, text: string, values: unknown[]): Promise<Row[]> {
  return toRows(await ask(client, text, values)) as Row[];
}

function ask(client: SqlClient, text: string, values: unknown[]): Promise<unknown> {
  if (isDrizzle(client)) return askDrizzle(client, text, values);
  if (isQueryable(client)) return client.query(text, values);
  throw new TypeError('expected a drizzle transaction, or a client with query(text, values)');
}

function isQueryable(client: object): client is PgQueryable {
  return typeof (client as { query?: unknown }).query === 'function';
}

function toRows(result: unknown): unknown[] {
  return Array.isArray(result) ? result : (result as { rows: unknown[] }).rows;
}
