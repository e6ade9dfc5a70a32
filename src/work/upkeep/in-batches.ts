import { queryRows, type SqlClient } from '../../db/sql-client.ts';

const BATCH = 1_000;

/**
 * Repeats a statement that does at most `$1` rows and returns their `count`, each time in a transaction of its own,
 * until nothing is left or the signal fires: what was done by then stands, and the next call goes on. Its other values
 * follow.
 *
 * @returns how many rows it did
 */
export async function inBatches(
  database: SqlClient,
  { statement, values = [], signal }: { statement: string; values?: readonly unknown[]; signal: AbortSignal },
): Promise<number> {
  let total = 0;
  for (;;) {
    signal.throwIfAborted();
    const [row] = await queryRows<{ count: number }>(database, statement, [BATCH, ...values]);
    total += row?.count ?? 0;
    if ((row?.count ?? 0) < BATCH) return total;
  }
}
