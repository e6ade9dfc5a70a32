import type { SqlClient } from '../../db/sql-client.ts';
import { inBatches } from './in-batches.ts';

/**
 * Removes finished jobs whose retention is over, with their errors, and runners that are gone for more than a day.
 * Goes by batches of 1,000, each a transaction of its own that waits for nobody, until nothing is left or the signal
 * fires: what was removed by then stays removed, and the next call goes on.
 *
 * @returns how many jobs it removed
 */
export async function pruneJobs(database: SqlClient, signal: AbortSignal): Promise<number> {
  const statement = 'select howdah.prune_finished_jobs($1) as count';
  const jobCount = await inBatches(database, { statement, signal });
  await inBatches(database, { statement: 'select howdah.prune_runners($1) as count', signal });
  return jobCount;
}
