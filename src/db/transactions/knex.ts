import { hasMethod } from './has-method.ts';
import type { Library } from './library.ts';

/** The part of a Knex instance or transaction that runs a statement. */
export interface KnexExecutor {
  raw(sql: string, bindings: unknown[]): KnexQuery;
}

interface KnexQuery extends PromiseLike<unknown> {
  toSQL(): unknown;
}

/** Tried with knex 3.3.0. */
export const KNEX: Library<KnexExecutor> = {
  owns: (client): client is KnexExecutor => typeof client === 'function' && hasMethod(client, 'raw'),
  async ask(client, text, values) {
    const query = client.raw(...toQuestionMarks(text, values));
    try {
      return await query;
    } catch (error) {
      throw withOwnMessage(error, query);
    }
  },
};

/** Knex counts its placeholders itself: the values in the order in which the text names them. */
function toQuestionMarks(text: string, values: unknown[]): [text: string, values: unknown[]] {
  const named: unknown[] = [];
  const marked = text.replace(/\$(\d+)|\?/g, (match, number?: string) => {
    if (number === undefined) return `\\${match}`;
    named.push(values[Number(number) - 1]);
    return '?';
  });
  return [marked, named];
}

/** Knex puts the statement in front of what the server said. */
function withOwnMessage(error: unknown, query: KnexQuery): unknown {
  const { sql } = (query.toSQL() as { toNative(): { sql: string } }).toNative();
  const prefix = `${sql} - `;
  if (error instanceof Error && error.message.startsWith(prefix))
    error.message = error.message.slice(prefix.length);
  return error;
}
