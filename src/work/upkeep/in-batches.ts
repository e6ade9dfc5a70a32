import { queryRows, type SqlClient } from '../../db/sql-client.ts';

const BATCH = 1_000;

export interface BatchedWork {
  /**
   * Does at most `$1` rows and returns their `count`; fewer than that means that nothing is left, unless it says so itself
   * by `is_rest`.
   */
  statement: string;
  /** What follows as `$2` and so on. @default nothing */
  values?: readonly unknown[];
}

export interface WorkDone {
  /** Rows. */
  count: number;
  /** Whether it was broken off before nothing was left. */
  isRest: boolean;
}

/**
 * Repeats a statement, each time in a transaction of its own, until nothing is left or the signal fires: what was done by
 * then stands, and the next call goes on.
 *
 * @param onBatch told the rows of each batch when it is done. @default nobody is told
 */
export async function inBatches(
  database: SqlClient,
  { statement, values = [] }: BatchedWork,
  { signal, onBatch = () => {} }: { signal: AbortSignal; onBatch?: (count: number) => void },
): Promise<WorkDone> {
  let total = 0;
  while (!signal.aborted) {
    const [row] = await queryRows<{ count: number; is_rest?: boolean }>(database, statement, [
      BATCH,
      ...values,
    ]);
    const count = row?.count ?? 0;
    total += count;
    onBatch(count);
    if (!(row?.is_rest ?? count >= BATCH)) return { count: total, isRest: false };
  }
  return { count: total, isRest: true };
}
