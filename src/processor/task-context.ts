import type { Logger } from '../observability/logger.ts';

/** What a handler gets beside its payload. */
export interface TaskContext<Services> {
  readonly job: RunningJob;
  /** Fires when the run must end; `signal.reason` is a JobTimeoutError, ShutdownError or JobLostError. Pass it to what waits. */
  readonly signal: AbortSignal;
  /** Bound to the job: each line carries its id, task and attempt. */
  readonly log: Logger;
  /** What the composition root gives every task: database, mailer, … */
  readonly services: Services;
}

/** The job as its handler sees it. */
export interface RunningJob {
  /** Unique across queues, the same for every attempt: fit for deduplicating side effects. */
  readonly id: string;
  readonly task: string;
  readonly queue: string;
  /** Which run this is, from 1. */
  readonly attempt: number;
  /** Runs at most: retries + 1. */
  readonly maxAttempts: number;
  readonly createdAt: Date;
  /** Earliest instant this run was allowed. */
  readonly runAt: Date;
}
