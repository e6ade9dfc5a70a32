import type pg from 'pg';
import { openPool, type PoolHandle, type PoolOptions } from './open-pool.ts';
import type { TransactionClient } from './transaction-client.ts';

/** A way to the tables: each statement is a transaction of its own; several in one are `transact`'s (src/db/transact.ts). */
export type Database = pg.Pool;

/** A transaction of `transact`; everything done through it commits or rolls back together. */
export type Transaction = Pick<TransactionClient, 'query'>;

export type DatabaseOptions = PoolOptions;

export interface DatabaseHandle extends PoolHandle {
  readonly db: Database;
}

/** Connects on first use, so it never fails here. */
export function openDatabase(options: DatabaseOptions): DatabaseHandle {
  const handle = openPool(options);
  return { ...handle, db: handle.pool };
}
