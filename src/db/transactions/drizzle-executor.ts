/**
 * The part of a drizzle database or transaction that runs a statement, whatever driver is below it. Known by its shape, so
 * that drizzle is not loaded for it (seen with drizzle-orm 0.45.4).
 */
export interface DrizzleExecutor {
  execute(query: string | DrizzleQuery): PromiseLike<unknown>;
}

/** What drizzle's `execute` asks of a query: `getSQL`, and of that the text with its values. */
interface DrizzleQuery {
  getSQL(): unknown;
}

export function isDrizzle(client: object): client is DrizzleExecutor {
  const { execute, dialect } = client as { execute?: unknown; dialect?: { sqlToQuery?: unknown } };
  return typeof execute === 'function' && typeof dialect?.sqlToQuery === 'function';
}

/** What the driver below answered: with node-postgres an object with `rows`, with postgres.js the rows themselves. */
export async function askDrizzle(client: DrizzleExecutor, text: string, values: unknown[]): Promise<unknown> {
  const query = { getSQL: () => query, toQuery: () => ({ sql: text, params: values }) };
  return client.execute(query);
}
