import { sqlInstant, toDate } from './instant.ts';
import type { Job, JobState, JobSummary } from './job.ts';

/** Columns of `howdah.jobs j` that make a JobSummary. */
export const SUMMARY_COLUMNS = `
  j.id::text as id, j.queue, j.task, j.state, j.priority, j.attempt, j.max_attempts, j.worker, j.last_error,
  j.progress, j.progress_message, j.key, j.sequence, j.timeout_ms::float8 as timeout_ms,
  case when j.finished_at is not null then (extract(epoch from j.duration) * 1000)::float8 end as duration_ms,
  ${instants('run_at', 'created_at', 'started_at', 'finished_at', 'deadline', 'expires_at')}`;

/** Those of a Job, but for its errors. Payload and result are read as texts: whatever parses JSON rounds long numbers. */
export const JOB_COLUMNS = `${SUMMARY_COLUMNS}, j.payload::text as payload, j.result::text as result,
  j.result_note, j.headers`;

/** What else a Job takes, of whoever reads one to show it. */
export const REDACTED_FIELDS = 'to_json(howdah.redacted_fields(j.task)) as redacted_fields';

export interface SummaryRow {
  id: string;
  queue: string;
  task: string;
  state: JobState;
  priority: number;
  attempt: number;
  max_attempts: number;
  run_at: number | null;
  created_at: number;
  started_at: number | null;
  finished_at: number | null;
  duration_ms: number | null;
  worker: string | null;
  last_error: string | null;
  progress: number | null;
  progress_message: string | null;
  key: string | null;
  sequence: string | null;
  deadline: number | null;
  timeout_ms: number | null;
  expires_at: number | null;
}

export interface JobRow extends SummaryRow, Pick<Job, 'headers'> {
  payload: string | null;
  result: string | null;
  result_note: string | null;
  redacted_fields?: string[] | null;
}

export function toSummary(row: SummaryRow): JobSummary {
  const { id, queue, task, state, priority, attempt, worker, progress, key, sequence } = row;
  return {
    ...{ id, queue, task, state, priority, attempt, worker, progress, key, sequence },
    maxAttempts: row.max_attempts,
    runAt: toDate(row.run_at),
    createdAt: new Date(row.created_at),
    startedAt: toDate(row.started_at),
    finishedAt: toDate(row.finished_at),
    durationMs: row.duration_ms,
    lastError: row.last_error,
    progressMessage: row.progress_message,
    deadline: toDate(row.deadline),
    timeoutMs: row.timeout_ms,
    expiresAt: toDate(row.expires_at),
  };
}

function instants(...columns: string[]): string {
  return columns.map((column) => `${sqlInstant(`j.${column}`)} as ${column}`).join(', ');
}
