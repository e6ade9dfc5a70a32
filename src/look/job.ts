/** States of a job that is in its queue. */
export const LIVE_STATES = ['scheduled', 'available', 'running', 'retryable'] as const;

/** How a job can have ended. */
export const FINISHED_STATES = ['completed', 'discarded', 'cancelled'] as const;

export type LiveState = (typeof LIVE_STATES)[number];
export type FinishedState = (typeof FINISHED_STATES)[number];
export type JobState = LiveState | FinishedState;

/** A job without what may be long: a row of a list. */
export interface JobSummary {
  /** Unique across queues, growing; a string because it may pass 2^53. */
  id: string;
  queue: string;
  task: string;
  state: JobState;
  /** Smaller runs first. */
  priority: number;
  /** Runs so far, the present one included. */
  attempt: number;
  /** Runs at most: retries + 1. */
  maxAttempts: number;
  /** Earliest instant of the next run; null while another job of its sequence is ahead. */
  runAt: Date | null;
  createdAt: Date;
  /** When a worker took it for its latest run. */
  startedAt: Date | null;
  finishedAt: Date | null;
  /** From startedAt to finishedAt. */
  durationMs: number | null;
  /** Worker pool that holds the job, or held it last. */
  worker: string | null;
  /** Message of the latest failed run, or why it was cancelled. */
  lastError: string | null;
  /** Percent, as the handler last reported. */
  progress: number | null;
  progressMessage: string | null;
  key: string | null;
  sequence: string | null;
  /** From then on it is discarded instead of run. */
  deadline: Date | null;
  /** Limit of one run, 0 for none; null for the task's. */
  timeoutMs: number | null;
  /** From when on it may be removed, once finished. */
  expiresAt: Date | null;
}

/** All there is to know about one job. */
export interface Job extends JobSummary {
  /** JSON, as it was enqueued; a whole number that a double would round is a bigint. */
  payload: unknown;
  /** What the handler returned, likewise. */
  result: unknown;
  /** What of the result could not be kept, by place; null when nothing. */
  resultNote: string | null;
  headers: Record<string, string> | null;
  /** Paths of fields in payload and result that are not to be shown to people: `redact` of its application. */
  redactedFields: readonly string[];
  /** Failed runs, the latest 100, oldest first. */
  errors: JobError[];
}

/** One failed run. */
export interface JobError {
  attempt: number;
  name: string;
  message: string;
  stack: string | null;
  worker: string | null;
  failedAt: Date;
  decision: 'retry' | 'discard' | 'cancel';
  /** When it was to run again. */
  retryAt: Date | null;
}

/** Whether it has ended, however. */
export function isFinished(state: JobState): state is FinishedState {
  return FINISHED_STATES.some((finished) => finished === state);
}
