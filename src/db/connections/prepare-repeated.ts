import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { isAsGiven } from '../naming.ts';

/** A statement that a session is asked as often as this will be asked again. */
const REPEATED = 3;

/** Statements that a session has prepared at most, and of which it counts uses. */
const MOST_PREPARED = 100;
const MOST_COUNTED = 1_000;

/**
 * The plan no longer fits what its tables are now; there is no such statement, or there is one of that name already: somebody hands
 * the session on, who did not say so.
 */
const SPOILED = ['0A000', '26000', '42P05'];

type Asked = string | pg.QueryConfig | pg.Submittable;

/**
 * From now on Postgres parses and plans a statement that comes again and again once a session, and not each time: for short
 * ones that is most of their cost. Only for sessions that belong to who connects: a pooler that hands them from one to another
 * between transactions may not know what was prepared in which.
 *
 * @param only those of ours, as they are sent, where others may be somebody else's: a plan of theirs would fail once a session when
 *   a migration of theirs gives a table another column. @default all
 */
export function prepareRepeated(client: pg.Client, only?: ReadonlySet<string>): void {
  const nameOf = namer(client, only);
  const ask = client.query.bind(client) as (asked: Asked, ...rest: unknown[]) => unknown;
  const query = (asked: Asked, ...rest: unknown[]) => ask(withName(asked, rest[0], nameOf), ...rest);
  client.query = query as pg.ClientBase['query'];
}

/** What has no values may be several statements, which cannot be prepared; what has a name, or is a cursor, is left alone. */
function withName(asked: Asked, values: unknown, nameOf: (text: string) => string | undefined): Asked {
  if (typeof asked === 'string') {
    const name = Array.isArray(values) ? nameOf(asked) : undefined;
    return name === undefined ? asked : { text: asked, name };
  }
  if ('submit' in asked || asked.name !== undefined || isAsGiven(asked)) return asked;
  const name = Array.isArray(asked.values ?? values) ? nameOf(asked.text) : undefined;
  return name === undefined ? asked : { ...asked, name };
}

function namer(client: pg.Client, only?: ReadonlySet<string>): (text: string) => string | undefined {
  const names = new Map<string, string>();
  const prefix = `howdah_${randomBytes(6).toString('hex')}`; // where a session is handed on, others of ours have names as well
  const uses = new Map<string, number>();
  let isSpoiled = false;
  client.connection.on('errorMessage', ({ code = '' }: { code?: string }) => {
    isSpoiled ||= names.size > 0 && SPOILED.includes(code);
  });
  return (text) => {
    if (isSpoiled || (only && !only.has(text))) return undefined;
    const name = names.get(text);
    if (name !== undefined || names.size >= MOST_PREPARED) return name;
    const useCount = (uses.get(text) ?? 0) + 1;
    if (useCount < REPEATED) {
      if (uses.size >= MOST_COUNTED) uses.clear();
      uses.set(text, useCount);
      return undefined;
    }
    uses.delete(text);
    names.set(text, `${prefix}_${names.size}`);
    return names.get(text);
  };
}
