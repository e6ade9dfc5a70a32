import { parseExactly } from '../db/exact-json.ts';
import { inOrder } from '../db/in-order.ts';
import { queryRows, type SqlClient } from '../db/sql-client.ts';
import { sqlInstant, toDate } from './instant.ts';
import type { Job, JobError } from './job.ts';
import { JOB_COLUMNS, type JobRow, toSummary } from './job-row.ts';

interface ErrorRow extends Omit<JobError, 'failedAt' | 'retryAt'> {
  failed_at: number;
  retry_at: number | null;
}

/** The setting, local to a transaction, with the id of the job that was enqueued in it. */
export const LATEST_ENQUEUED = 'howdah.latest_enqueued';

/** As one value, so that a job is one round trip. */
const errorsOf = (id: string) => `
  (select coalesce(json_agg(e order by e.attempt, e.failed_at), '[]')
   from (select x.attempt, x.name, x.message, x.stack, x.worker, x.decision,
                ${sqlInstant('x.failed_at')} as failed_at, ${sqlInstant('x.retry_at')} as retry_at
         from howdah.job_errors x where x.job_id = ${id}
         order by x.attempt desc, x.failed_at desc limit 100) e) as errors`;

/** One job, live or finished, with its failed runs; undefined when there is none with this id. */
export async function getJob(client: SqlClient, id: string): Promise<Job | undefined> {
  return readJob(client, '$1::bigint', [id]);
}

/** The job that an enqueue on a `recordedEnqueue` of the same client writes: both are sent together, whatever its id will be. */
export async function getEnqueued(tx: SqlClient, enqueue: Promise<unknown>): Promise<Job | undefined> {
  const latest = readJob(tx, `nullif(current_setting('${LATEST_ENQUEUED}', true), '')::bigint`, []);
  const [, job] = await inOrder([enqueue, latest]);
  return job;
}

async function readJob(client: SqlClient, id: string, values: unknown[]): Promise<Job | undefined> {
  const [row] = await queryRows<JobRow & { errors: ErrorRow[] }>(
    client,
    `select ${JOB_COLUMNS}, ${errorsOf(id)} from howdah.jobs j where j.id = ${id}`,
    values,
  );
  if (!row) return undefined;
  const { payload, result, result_note: resultNote, headers, errors } = row;
  return {
    ...toSummary(row),
    payload: toValue(payload),
    result: toValue(result),
    resultNote,
    headers,
    errors: errors.map(toError),
  };
}

function toValue(json: string | null): unknown {
  return json === null ? null : parseExactly(json);
}

function toError({ failed_at, retry_at, ...row }: ErrorRow): JobError {
  return { ...row, failedAt: new Date(failed_at), retryAt: toDate(retry_at) };
}
