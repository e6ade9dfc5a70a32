import { standsAlone } from './connections/bounded-pool.ts';
import type { Database } from './database.ts';
import type { SqlClient } from './sql-client.ts';
import { transact } from './transact.ts';
import { transactAlone } from './transact-alone.ts';

/**
 * What `work` returns, which sends one statement, in a transaction of that alone: in one round trip where the pool's sessions have
 * all that a begin would say, else in two, as the begin travels with the statement (see `guardedClient` for what it may be).
 *
 * @throws what `work` and the server threw: nothing was done
 * @throws {HowdahError} `unavailable` when all connections are in use; `outcome_unknown` when the server may have committed
 *   and its answer did not come
 */
export function transactOnce<T>(db: Database, work: (tx: SqlClient) => Promise<T>): Promise<T> {
  if (standsAlone(db)) return transactAlone(db, work);
  return transact<T, Promise<T>>(db, async (_, done) => done as T, {
    first: (_, guarded) => work(guarded),
  });
}
