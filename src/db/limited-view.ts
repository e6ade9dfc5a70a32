import type pg from 'pg';
import { boundApart } from './connections/bounded-pool.ts';
import { adoptPool } from './connections/foreign-pool.ts';
import type { Limits } from './limits.ts';
import { runAlone } from './run-alone.ts';

/**
 * A pool with limits that takes its connections from somebody else's, which stays as it is and has none. Transactions and
 * statements of it have what `adoptPool` gives. It is not to be ended.
 */
export function limitedView(pool: pg.Pool, limits: Limits): pg.Pool {
  const view = Object.create(pool) as pg.Pool;
  boundApart(view, pool, limits);
  adoptPool(view);
  const connect = view.connect.bind(view) as () => Promise<pg.PoolClient>;
  view.connect = (async () => oneAtATime(await connect())) as pg.Pool['connect'];
  const query = (text: string, values?: unknown[]) =>
    runAlone(view, limits, (client) => client.query(text, values));
  view.query = query as pg.Pool['query'];
  return view;
}

/**
 * Ours are sent together, as our own pools pipeline. A client that does not would keep them in a queue of its own, and warn
 * that the next version of pg has none.
 */
function oneAtATime(client: pg.PoolClient): pg.PoolClient {
  let last: Promise<unknown> = Promise.resolve();
  const query = (statement: string | pg.QueryConfig, values?: unknown[]) => {
    const asked = last.then(() => client.query(statement, values));
    last = asked.catch(() => {});
    return asked;
  };
  return new Proxy(client, {
    get(target, name) {
      if (name === 'query') return query;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
