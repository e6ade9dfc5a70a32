import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import { openPool, type PoolHandle, type PoolOptions } from './open-pool.ts';
import * as schema from './schema.ts';

/** The service's typed way to its tables. Its transactions are made by `transact` (src/db/transact.ts). */
export type Database = NodePgDatabase<typeof schema> & { $client: pg.Pool };

/** A transaction of `transact`; everything done through it commits or rolls back together. */
export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0];

export type DatabaseOptions = PoolOptions;

export interface DatabaseHandle extends PoolHandle {
  readonly db: Database;
}

/** A pool with drizzle on top. Connects on first use, so it never fails here. */
export function openDatabase(options: DatabaseOptions): DatabaseHandle {
  const handle = openPool(options);
  return { ...handle, db: drizzle(handle.pool, { schema }) };
}
