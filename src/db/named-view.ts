import type pg from 'pg';
import { DEFAULT_SCHEMA } from '../config/database/schema-name.ts';
import { isAsGiven, type Naming } from './naming.ts';

/** Statements of a client, renamed where they are text: what is none, such as a cursor, is sent as it is. */
export function renamedQuery(query: pg.ClientBase['query'], { statement }: Naming): pg.ClientBase['query'] {
  const ask = query as (first: unknown, ...rest: unknown[]) => unknown;
  return ((first: string | pg.QueryConfig | pg.Submittable, ...rest: unknown[]) => {
    if (typeof first === 'string') return ask(statement(first), ...rest);
    if ('submit' in first || isAsGiven(first)) return ask(first, ...rest);
    return ask({ ...first, text: statement(first.text) }, ...rest);
  }) as pg.ClientBase['query'];
}

/**
 * Somebody else's pool, seen by one Howdah of several in its database: what is asked over the connections that are taken here
 * is renamed. The pool itself and whatever else it is used for stay as they are.
 */
export function namedView(pool: pg.Pool, naming: Naming): pg.Pool {
  if (naming.name === DEFAULT_SCHEMA) return pool;
  const connect = async () => namedClient(await pool.connect(), naming);
  return view(pool, { connect });
}

/** The same of a single connection. */
export function namedClient<Client extends pg.ClientBase>(client: Client, naming: Naming): Client {
  if (naming.name === DEFAULT_SCHEMA) return client;
  const query = renamedQuery(client.query.bind(client), naming);
  return view<pg.ClientBase>(client, { query }) as Client;
}

/** With these members in place of its own; the others are called on the object itself. */
function view<Thing extends object>(thing: Thing, members: Partial<Thing>): Thing {
  return new Proxy(thing, {
    get(target, name) {
      const value: unknown = Reflect.get(name in members ? members : target, name);
      return typeof value === 'function' && !(name in members) ? value.bind(target) : value;
    },
  });
}
