import { parseExactly } from '../db/exact-json.ts';
import { queryRows, type SqlClient } from '../db/sql-client.ts';
import { sqlInstant, toDate } from './instant.ts';
import type { Job, JobError } from './job.ts';
import { JOB_COLUMNS, type JobRow, REDACTED_FIELDS, toSummary } from './job-row.ts';

interface ErrorRow extends Omit<JobError, 'failedAt' | 'retryAt'> {
  failed_at: number;
  retry_at: number | null;
}

/** As one value, so that a job is one round trip. */
const errorsOf = (id: string) => `
  (select coalesce(json_agg(e order by e.attempt, e.failed_at), '[]')
   from (select x.attempt, x.name, x.message, x.stack, x.worker, x.decision,
                ${sqlInstant('x.failed_at')} as failed_at, ${sqlInstant('x.retry_at')} as retry_at
         from howdah.job_errors x where x.job_id = ${id}
         order by x.attempt desc, x.failed_at desc limit 100) e) as errors`;

const ONE_JOB = `select ${JOB_COLUMNS}, ${REDACTED_FIELDS}, ${errorsOf('$1::bigint')} from howdah.jobs j where j.id = $1::bigint`;

/** One job, live or finished, with its failed runs; undefined when there is none with this id. */
export async function getJob(client: SqlClient, id: string): Promise<Job | undefined> {
  const [row] = await queryRows<NewJobRow>(client, ONE_JOB, [id]);
  return row && toJob(row);
}

/** A job as `newJobSql` selects it. */
export type NewJobRow = JobRow & { errors: ErrorRow[] };

/**
 * SQL for one JSON value, without what is withheld of it: whoever enqueued it knows all, that `toJob` makes a job of: of one that the very statement has just enqueued.
 *
 * @param queue SQL for its queue
 * @param id SQL for its id, a bigint
 */
export function newJobSql(queue: string, id: string): string {
  return `
    select to_json(w) from (select ${JOB_COLUMNS}, ${errorsOf('j.id')} from howdah.new_job(${queue}, ${id}) j) w`;
}

export function toJob(row: NewJobRow): Job {
  const { payload, result, result_note: resultNote, headers, errors } = row;
  return {
    ...toSummary(row),
    payload: toValue(payload),
    result: toValue(result),
    resultNote,
    headers,
    redactedFields: row.redacted_fields ?? [],
    errors: errors.map(toError),
  };
}

function toValue(json: string | null): unknown {
  return json === null ? null : parseExactly(json);
}

function toError({ failed_at, retry_at, ...row }: ErrorRow): JobError {
  return { ...row, failedAt: new Date(failed_at), retryAt: toDate(retry_at) };
}
