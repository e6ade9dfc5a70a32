import { queryRows, type SqlClient } from '../db/sql-client.ts';
import { sqlInstant, toDate } from './instant.ts';
import type { Job, JobError } from './job.ts';
import { JOB_COLUMNS, type JobRow, toSummary } from './job-row.ts';

interface ErrorRow extends Omit<JobError, 'failedAt' | 'retryAt'> {
  failed_at: number;
  retry_at: number | null;
}

const SELECT_ERRORS = `
  select attempt, name, message, stack, worker, decision, ${sqlInstant('failed_at')} as failed_at,
         ${sqlInstant('retry_at')} as retry_at
  from (select * from howdah.job_errors where job_id = $1::bigint order by attempt desc, failed_at desc limit 100) e
  order by attempt, failed_at`;

/** One job, live or finished, with its failed runs; undefined when there is none with this id. */
export async function getJob(client: SqlClient, id: string): Promise<Job | undefined> {
  const [row] = await queryRows<JobRow>(
    client,
    `select ${JOB_COLUMNS} from howdah.jobs j where j.id = $1::bigint`,
    [id],
  );
  if (!row) return undefined;
  const errors = await queryRows<ErrorRow>(client, SELECT_ERRORS, [id]);
  const { payload, result, headers } = row;
  return { ...toSummary(row), payload, result, headers, errors: errors.map(toError) };
}

function toError({ failed_at, retry_at, ...row }: ErrorRow): JobError {
  return { ...row, failedAt: new Date(failed_at), retryAt: toDate(retry_at) };
}
