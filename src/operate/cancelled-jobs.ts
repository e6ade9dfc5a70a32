import { inOrder } from '../db/in-order.ts';
import { queryRows, type SqlClient } from '../db/sql-client.ts';
import type { JobState } from '../look/job.ts';

/** Waiting jobs of one task that were cancelled together. */
export interface CancelledJobs {
  queue: string;
  task: string;
  jobs: number;
}

/** Those of the jobs that a command in this transaction has just ended cancelled; running ones end later, by themselves. */
export async function readCancelled(tx: SqlClient, ids: readonly string[]): Promise<CancelledJobs[]> {
  return queryRows<CancelledJobs>(
    tx,
    `select queue, task, count(*)::float8 as jobs from howdah.job_history
     where id = any ($1::bigint[]) and state = 'cancelled' group by queue, task`,
    [`{${ids.join(',')}}`],
  );
}

/** The state that a command leaves the job in, and what of it was cancelled: both are sent together. */
export async function withCancelled(
  tx: SqlClient,
  id: string,
  command: Promise<JobState>,
): Promise<{ state: JobState; cancelled: CancelledJobs[] }> {
  const [state, cancelled] = await inOrder([command, readCancelled(tx, [id])]);
  return { state, cancelled };
}
