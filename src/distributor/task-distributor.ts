import type { SqlClient } from '../db/sql-client.ts';
import type { TaskDefinition } from '../jobs/define-task.ts';

/** What business code depends on to enqueue; where the job goes is decided at composition. */
export interface TaskDistributor {
  /**
   * Enqueues one job inside the caller's transaction: it exists if and only if that transaction commits,
   * and no worker sees it before. Enqueueing is not idempotent: two calls are two jobs.
   *
   * @param tx a drizzle transaction or a `pg` client with a transaction open
   * @throws {HowdahError} `invalid_payload` when the payload does not fit the task's schema (nothing is
   *   written), `invalid_options` when an option is out of range, `unknown_queue` when the queue does not exist
   */
  distribute<Payload>(
    tx: SqlClient,
    task: TaskDefinition<Payload>,
    payload: Payload,
    options?: EnqueueOptions,
  ): Promise<EnqueuedJob>;
}

/** Settings of one job; each overrides the task's own. */
export interface EnqueueOptions {
  /** Queue to run in. @default the task's queue */
  queue?: string;
  /** Milliseconds from now (the database's clock) before the job may run. Excludes `runAt`. @default 0 */
  delayMs?: number;
  /** Earliest instant the job may run. Excludes `delayMs`. @default now */
  runAt?: Date;
  /** Runs after the first. 0 to 32,766. @default the task's maxRetries */
  maxRetries?: number;
  /** Smaller runs first. -32,768 to 32,767. @default 0 */
  priority?: number;
}

export interface EnqueuedJob {
  /** Unique across queues, growing; a string because it may pass 2^53. */
  readonly id: string;
  readonly task: string;
  readonly queue: string;
  readonly maxRetries: number;
  readonly runAt: Date;
}
