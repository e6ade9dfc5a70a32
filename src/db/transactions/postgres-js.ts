import { hasMethod } from './has-method.ts';
import type { Library } from './library.ts';

/** The part of postgres.js' `sql`, or of what `sql.begin` gives, that runs a statement. */
export interface PostgresJsExecutor {
  unsafe(query: string, parameters?: unknown[]): PromiseLike<unknown>;
}

/** Tried with postgres 3.4.9. */
export const POSTGRES_JS: Library<PostgresJsExecutor> = {
  owns: (client): client is PostgresJsExecutor => typeof client === 'function' && hasMethod(client, 'unsafe'),
  ask: (client, text, values) => client.unsafe(text, values),
};
