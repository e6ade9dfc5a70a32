import type { SqlClient } from '../db/sql-client.ts';
import type { Logger } from '../observability/logger.ts';
import type { CronTick } from './cron-tick.ts';

/** What a handler gets beside its payload. */
export interface TaskContext<Services> {
  readonly job: RunningJob;
  /**
   * Fires when the run must end; `signal.reason` is a JobTimeoutError, JobDeadlineError, JobCancelledError,
   * ShutdownError or JobLostError, or the exception that a timer of this run threw. Pass it to what waits.
   */
  readonly signal: AbortSignal;
  /** Bound to the job: each line carries its id, task and attempt. */
  readonly log: Logger;
  /** What the composition root gives every task: database, mailer, … */
  readonly services: Services;
  /**
   * Tells how far the run is; operators see it in `howdah.jobs`. Cheap to call often: written at most once a second,
   * and the last one always. Never fails on account of the database, and does nothing once the run is over.
   *
   * @param percent 0 to 100
   * @param message at most 1,000 characters are kept
   * @throws {RangeError} for any other percent
   */
  readonly progress: (percent: number, message?: string) => void;
  /**
   * Completes the job within the caller's own transaction: both commit or neither does, so what the transaction wrote
   * happens exactly once, even if the process dies right after. Call it last in the transaction, then commit and
   * return. When the transaction is rolled back the job goes on as if this had not been called.
   *
   * @param tx the transaction, of any library that `distribute` takes
   * @param result kept with the job as what a handler returns; what the handler returns afterwards is ignored
   * @throws {JobLostError} when the job is another worker's by now; let it roll the transaction back
   * @throws {TypeError} when `tx` is a pool, or else belongs to no transaction
   */
  readonly completeInTransaction: (tx: SqlClient, result?: unknown) => Promise<void>;
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
  /** The tick of the clock that enqueued it; absent for other jobs. */
  readonly cron?: CronTick;
  /** The sequence it is in: no other job of that runs meanwhile. Undefined for none. */
  readonly sequence?: string | undefined;
  /** What the enqueue attached, `traceparent` among them; names and values as they were given. */
  readonly headers: Readonly<Record<string, string>>;
  /** The job is discarded, not run, after this instant; undefined when there is none. */
  readonly deadline: Date | undefined;
  /** Time limit of this job's runs in milliseconds, 0 for none; undefined leaves it to the task. */
  readonly timeoutMs: number | undefined;
}
