import { queryRows, type SqlClient } from '../db/sql-client.ts';

const BATCH = 1_000;

/**
 * Removes finished jobs whose retention is over, with their errors, and runners that are gone for more than a day.
 * Goes by batches of 1,000, each a transaction of its own that waits for nobody, until nothing is left or the signal
 * fires: what was removed by then stays removed, and the next call goes on.
 *
 * @returns how many jobs it removed
 */
export async function pruneJobs(database: SqlClient, signal: AbortSignal): Promise<number> {
  const jobCount = await repeat(database, 'select howdah.prune_finished_jobs($1) as count', signal);
  await repeat(database, 'select howdah.prune_runners($1) as count', signal);
  return jobCount;
}

async function repeat(database: SqlClient, statement: string, signal: AbortSignal): Promise<number> {
  let total = 0;
  for (;;) {
    signal.throwIfAborted();
    const [row] = await queryRows<{ count: number }>(database, statement, [BATCH]);
    total += row?.count ?? 0;
    if ((row?.count ?? 0) < BATCH) return total;
  }
}
