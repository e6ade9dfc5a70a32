import { inOrder } from '../db/in-order.ts';
import { queryRows, type SqlClient } from '../db/sql-client.ts';
import type { JobState } from '../look/job.ts';

/** Waiting jobs of one task that were cancelled together. */
export interface WithdrawnJobs {
  queue: string;
  task: string;
  jobs: number;
}

/** Those of the jobs that a command in this transaction has just ended cancelled; running ones end later, by themselves. */
export async function readWithdrawn(tx: SqlClient, ids: readonly string[]): Promise<WithdrawnJobs[]> {
  return queryRows<WithdrawnJobs>(
    tx,
    `select queue, task, count(*)::float8 as jobs from howdah.job_history
     where id = any ($1::bigint[]) and state = 'cancelled' group by queue, task`,
    [`{${ids.join(',')}}`],
  );
}

/** The state that a command leaves the job in, and what of it was withdrawn: both are sent together. */
export async function withWithdrawn(
  tx: SqlClient,
  id: string,
  command: Promise<JobState>,
): Promise<{ state: JobState; withdrawn: WithdrawnJobs[] }> {
  const [state, withdrawn] = await inOrder([command, readWithdrawn(tx, [id])]);
  return { state, withdrawn };
}
