import { hasMethod } from './has-method.ts';
import type { Library } from './library.ts';

/** The part of a drizzle database or transaction that runs a statement, whatever driver is below. */
export interface DrizzleExecutor {
  execute(query: string | DrizzleQuery): PromiseLike<unknown>;
}

/** What drizzle's `execute` asks of a query: `getSQL`, and of that the text with its values. */
interface DrizzleQuery {
  getSQL(): unknown;
}

/** Tried with drizzle-orm 0.45.4 on node-postgres, which answers with an object, and on postgres.js, which does with rows. */
export const DRIZZLE: Library<DrizzleExecutor> = {
  owns: (client): client is DrizzleExecutor =>
    hasMethod(client, 'execute') && hasMethod((client as { dialect?: unknown }).dialect, 'sqlToQuery'),
  ask(client, text, values) {
    const query = { getSQL: () => query, toQuery: () => ({ sql: text, params: values }) };
    return client.execute(query);
  },
};
