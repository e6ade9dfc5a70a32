import type { SqlClient } from '../db/sql-client.ts';
import type { TaskDefinition } from '../tasks/define-task.ts';
import type { EnqueueOptions } from './enqueue-options.ts';

/** Jobs that one `distributeMany` takes at most. */
export const MAX_BATCH_SIZE = 10_000;

/** What business code depends on to enqueue; where the job goes is decided at composition. */
export interface TaskDistributor {
  /**
   * Enqueues one job inside the caller's transaction: it exists if and only if that transaction commits,
   * and no worker sees it before. Enqueueing is not idempotent unless `uniqueKey`, `uniqueForMs` or `key` make it so:
   * two calls are two jobs.
   *
   * @param tx the transaction: drizzle's, Kysely's, Knex's, Prisma's, postgres.js', TypeORM's, a `pg` client with one open,
   *   or an adapter with `query(text, values)`. What belongs to no transaction, such as a pool, enqueues at once.
   * @throws {TypeError} naming what was received when `tx` is none of these; nothing was written
   * @throws {HowdahError} `invalid_payload` when the payload does not fit the task's schema, `invalid_options` naming
   *   every option that is out of range, `duplicate_job` when another job holds the unique key (its id and queue are
   *   in `details`): nothing is written and the transaction can go on. `unknown_task` when no process announced the
   *   task, `unknown_queue` when the queue does not exist: the transaction must be rolled back.
   */
  distribute<Payload, Given = Payload>(
    tx: SqlClient,
    task: TaskDefinition<Payload, Given>,
    payload: NoInfer<Given>,
    options?: EnqueueOptions,
  ): Promise<EnqueuedJob>;

  /**
   * Enqueues up to 10,000 jobs in one statement inside the caller's transaction, all or none, and returns them in the
   * order given. Jobs without key, unique key and sequence are written together and cost a fraction of the others.
   *
   * @throws {HowdahError} as `distribute` does, naming the job as `jobs[index]`. A duplicate, of a job that is there or
   *   of one of the same batch, refuses the whole batch; `details.index` tells which job was refused.
   */
  distributeMany<Payloads extends readonly unknown[]>(
    tx: SqlClient,
    jobs: { readonly [Index in keyof Payloads]: NewJob<Payloads[Index]> },
  ): Promise<EnqueuedJob[]>;
}

/** One job of a batch. */
export interface NewJob<Given = unknown> {
  readonly task: TaskDefinition<unknown, Given>;
  readonly payload: NoInfer<Given>;
  readonly options?: EnqueueOptions;
}

export interface EnqueuedJob {
  /** Unique across queues, growing; a string because it may pass 2^53. */
  readonly id: string;
  readonly task: string;
  readonly queue: string;
  readonly maxRetries: number;
  /** Earliest instant it may run; of a sequence's waiting job, should its turn have come by then. */
  readonly runAt: Date;
}
