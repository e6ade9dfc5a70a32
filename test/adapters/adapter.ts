import type { SqlClient } from '../../src/db/sql-client.ts';

/** A library at work on the test's database, for `keepsTheContract`. */
export interface Adapter<Tx extends SqlClient> {
  /** What `work` returns, in one of the library's transactions. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Writes a row of the table `orders` by the library's own means. */
  insert(tx: Tx, note: string): PromiseLike<unknown>;
  /** What the library runs statements on that belong to no transaction. */
  readonly outside: SqlClient;
  /** Whether that may have a transaction open all the same, begun by hand. */
  readonly isOutsideOneConnection?: boolean;
  close(): Promise<unknown>;
}
