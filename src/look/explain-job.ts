import { queryRows, type SqlClient } from '../db/sql-client.ts';
import type { JobState } from './job.ts';

/** Why a job is not running right now, or what it is doing. */
export interface Explanation {
  state: JobState;
  /** One word for programs: finished, running, sequence, scheduled, paused, no_worker, … */
  cause: string;
  explanation: string;
  /** What would change it. */
  remedy: string;
}

/** Undefined when there is no such job. */
export async function explainJob(client: SqlClient, id: string): Promise<Explanation | undefined> {
  const [row] = await queryRows<Explanation & { cause: string }>(
    client,
    'select state, cause, explanation, remedy from howdah.explain_job($1::bigint)',
    [id],
  );
  return row === undefined || row.cause === 'unknown' ? undefined : row;
}
