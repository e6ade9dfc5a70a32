import type pg from 'pg';
import type { TransactionClient } from './transaction-client.ts';

/** A way to the tables: each statement is a transaction of its own; several in one are `transact`'s (src/db/transact.ts). */
export type Database = pg.Pool;

/** A transaction of `transact`; everything done through it commits or rolls back together. */
export type Transaction = Pick<TransactionClient, 'query'>;
