import type { Job } from 'graphile-worker';
import type { RunningJob } from '../../tasks/task-context.ts';

/** What the enqueue asked of this job and the engine has no column for: `flags.howdah` of its row. */
interface JobSettings {
  timeout_ms?: number;
  deadline?: string;
  headers?: Record<string, string>;
  sequence?: string;
  /** Its payload has the tick of the clock that enqueued it. */
  cron?: true;
}

const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({});

/** The engine's row as handlers see it. */
export function toRunningJob(job: Job, queue: string): RunningJob {
  const { timeout_ms, deadline, headers, sequence }: JobSettings = readSettings(job);
  return {
    id: String(job.id),
    task: job.task_identifier,
    queue,
    attempt: job.attempts,
    maxAttempts: job.max_attempts,
    createdAt: job.created_at,
    // Infinity, of an add_job of theirs, is a number.
    runAt: job.run_at instanceof Date ? job.run_at : job.created_at,
    sequence,
    headers: headers ? Object.freeze(headers) : NO_HEADERS,
    deadline: deadline === undefined ? undefined : readInstant(deadline),
    timeoutMs: timeout_ms,
  };
}

/** Whether a schedule of ours enqueued it. */
export function isScheduled(job: Job): boolean {
  return readSettings(job).cron === true;
}

function readSettings({ flags }: Job): JobSettings {
  return (flags as { howdah?: JobSettings } | null)?.howdah ?? {};
}

/** Also what SQL can say and a Date cannot, such as "infinity": no deadline then. */
function readInstant(text: string): Date | undefined {
  const instant = new Date(text);
  return Number.isNaN(instant.getTime()) ? undefined : instant;
}
