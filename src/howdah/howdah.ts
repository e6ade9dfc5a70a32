import type { SqlClient } from '../db/sql-client.ts';
import type { EnqueueOptions } from '../enqueue/enqueue-options.ts';
import type { EnqueuedJob, NewJob, TaskDistributor } from '../enqueue/task-distributor.ts';
import type { BrokerState } from '../look/brokers.ts';
import type { Canary } from '../look/canaries.ts';
import type { Explanation } from '../look/explain-job.ts';
import type { FailureGroups, FailureRange } from '../look/failure-groups.ts';
import type { Job, JobState } from '../look/job.ts';
import type { JobFilter } from '../look/job-filter.ts';
import type { JobPage } from '../look/list-jobs.ts';
import type { QueueStats } from '../look/queue-stats.ts';
import type { Schedule } from '../look/schedules.ts';
import type { MessageSource } from '../look/sources.ts';
import type { KnownTask } from '../look/tasks.ts';
import type { Worker } from '../look/workers.ts';
import type { BulkOutcome } from '../operate/run-bulk.ts';
import type { CanaryOptions } from '../operate/start-canary.ts';
import type { TaskDefinition } from '../tasks/define-task.ts';

/** Which part of the jobs that fit. */
export interface FindOptions {
  /** Jobs at most, 1 to 200. @default 50 */
  readonly limit?: number;
  /** `nextBeforeId` of the page before. @default the newest job */
  readonly beforeId?: string;
}

/** How long to wait for the end of a job. */
export interface WaitOptions {
  /** Milliseconds, 0 to 2,147,483,647. @default as long as it takes */
  readonly timeoutMs?: number;
  /** Ends the wait; the job goes on. @default nothing does */
  readonly signal?: AbortSignal;
}

/** How a queue is removed. */
export interface RemoveQueueOptions {
  /** Jobs that wait are cancelled first, at most 10,000. One that a worker has is in the way all the same. @default false */
  readonly force?: boolean;
}

/** Why something is done to a job or a queue. */
export interface ReasonOptions {
  /** Kept with the job as its last error, and beside the queue. @default none */
  readonly reason?: string;
}

/** To how many jobs it is done, and why. */
export interface BulkOptions {
  /** Only counts the jobs that fit. @default false */
  readonly dryRun?: boolean;
  /** Jobs at most, the oldest first. 1 to 100,000. @default 1_000 */
  readonly max?: number;
  /** Becomes the last error of cancelled and discarded jobs. @default none */
  readonly reason?: string;
  /** Ends it between two transactions; what was done stands. @default nothing does */
  readonly signal?: AbortSignal;
}

/** Does something to the oldest jobs that fit. */
export type BulkCommand = (filter: JobFilter, options?: BulkOptions) => Promise<BulkOutcome>;

/**
 * What is done to many jobs at once, with the conditions and the words of `POST /v1/jobs/bulk/…`: the oldest that fit, in
 * transactions of 1,000 with a row of the audit log each. What one transaction did stands, whatever becomes of the next, and
 * the same call goes on. Jobs that are enqueued meanwhile are not touched.
 *
 * Each throws HowdahError `invalid_request` for a filter without a condition, `invalid_options` for a state that the action is
 * not for, `unknown_queue` and `unknown_task`; when it is broken off, `details.changed` says how many jobs were changed before.
 */
export interface BulkOperator {
  /** Live jobs; a running one gets its signal within a second, and ends cancelled. */
  readonly cancel: BulkCommand;
  /** Waiting jobs. */
  readonly discard: BulkCommand;
  /** Jobs that are discarded or retryable, unless `states` says otherwise. */
  readonly retry: BulkCommand;
  /** Jobs that wait for their time. */
  readonly runNow: BulkCommand;
}

/**
 * The producer and operator in TypeScript. Light: it has no worker and no server, and opens connections when it is first
 * used. Each method throws a HowdahError for what the caller or an operator can act on, by its `code`: `invalid_request` for
 * an id that is none and an option that there is not, `unavailable` when all of its own connections are in use, `outcome_unknown` when the connection was lost
 * while a change was committed, `not_installed` on a database that was not migrated, beside those named below. Errors of the connection are passed on as they are.
 */
export interface Howdah extends AsyncDisposable {
  /** For business code that takes a TaskDistributor: `distribute` is `enqueue`, `distributeMany` is `enqueueMany`. */
  readonly distributor: TaskDistributor;

  /**
   * Enqueues a job inside the caller's transaction: it exists if and only if that commits. docs/transactions.md has what `tx`
   * can be.
   *
   * @throws {TypeError} when `tx` is nothing that runs statements
   * @throws {HowdahError} `invalid_payload`, `invalid_options` and `duplicate_job` with nothing written, and the transaction
   *   can go on; `unknown_task` and `unknown_queue`, after which it must be rolled back; `application_conflict` when one of the
   *   given tasks is another application's
   */
  enqueue<Payload, Given = Payload>(
    tx: SqlClient,
    task: TaskDefinition<Payload, Given>,
    payload: NoInfer<Given>,
    options?: EnqueueOptions,
  ): Promise<EnqueuedJob>;

  /**
   * Enqueues a job in a transaction of its own, where there is nothing else to commit: it is there when this returns. On
   * connections of Howdah's own that is one round trip.
   *
   * @throws {HowdahError} as `enqueue`; `outcome_unknown` also where the connection was lost before any answer, as the job may be there
   * @throws what the given log threw: the job is there, as it is told when it is
   */
  enqueueAlone<Payload, Given = Payload>(
    task: TaskDefinition<Payload, Given>,
    payload: NoInfer<Given>,
    options?: EnqueueOptions,
  ): Promise<EnqueuedJob>;

  /**
   * Enqueues up to 10,000 jobs in one statement inside the caller's transaction, all or none, in the order given.
   *
   * @throws {HowdahError} as `enqueue`, naming the job as `jobs[index]`; a duplicate refuses all of them
   */
  enqueueMany<Payloads extends readonly unknown[]>(
    tx: SqlClient,
    jobs: { readonly [Index in keyof Payloads]: NewJob<Payloads[Index]> },
  ): Promise<EnqueuedJob[]>;

  /** What `work` returns, once the transaction that it was given has committed; what it throws rolls that back. */
  transaction<Result>(work: (tx: SqlClient) => Promise<Result>): Promise<Result>;

  /**
   * Tells the database the given tasks, if that has not been done: the first enqueue does it by itself, on a connection of
   * its own. Worth calling at the start of a process that cannot have one more connection than its pool.
   *
   * @throws what kept it from being done; trying again may help
   */
  announce(): Promise<void>;

  /** A job, live or finished, with its failed runs; undefined when there is none with this id. */
  get(id: string): Promise<Job | undefined>;

  /**
   * Jobs that fit every part of the filter, the newest first; `nextBeforeId` of a page leads to the next.
   *
   * @throws {HowdahError} `unknown_queue`, `unknown_task`; `invalid_request` for a limit out of range, and for a search that
   *   takes more than 5 s
   */
  find(filter?: JobFilter, options?: FindOptions): Promise<JobPage>;

  /**
   * The job once it has ended, however it did: `state` says so. Asks the database ten times a second at first, less and less
   * often later, once a second in the end, and one question for all that are waited for; a database that is away for a while is
   * waited for too.
   *
   * @throws {HowdahError} `job_not_found` for an id that no job has, among them those of a transaction that has not committed,
   *   and for a job that ended and is not kept (`retentionMs: 0`)
   * @throws {DOMException} `TimeoutError` after `timeoutMs`, `AbortError` when this was closed
   * @throws the reason of `signal`
   */
  wait(id: string, options?: WaitOptions): Promise<Job>;

  /**
   * Cancels a job: a waiting one at once; a running one gets its signal within a second and ends cancelled.
   *
   * @returns its state then, still `running` in the latter case
   * @throws {HowdahError} `job_not_found`; `wrong_state` when it has ended
   */
  cancel(id: string, options?: ReasonOptions): Promise<JobState>;

  /** Gives a waiting job up: it ends discarded. @throws {HowdahError} `job_not_found`, `wrong_state` */
  discard(id: string, options?: ReasonOptions): Promise<JobState>;

  /**
   * Has a job run again: a finished one from its first attempt under the same id, a waiting one at once.
   *
   * @param options.states in which it was seen: one that is in none of them by now, as another has retried it since and it has
   *   completed, is left as it is and refused. @default any
   * @throws {HowdahError} `job_not_found`, `wrong_state`, `invalid_options` for what is no state
   */
  retry(id: string, options?: { states?: readonly JobState[] }): Promise<JobState>;

  /** Makes a waiting job available at once. @throws {HowdahError} `job_not_found`, `wrong_state` */
  runNow(id: string): Promise<JobState>;

  /** Sets the earliest instant of a waiting job's next run. @throws {HowdahError} `job_not_found`, `wrong_state` */
  reschedule(id: string, at: Date): Promise<JobState>;

  /** The same to many jobs, by a filter. */
  readonly bulk: BulkOperator;

  /** Why a job is not running right now, or what it is doing; undefined when there is none with this id. */
  explain(id: string): Promise<Explanation | undefined>;

  /**
   * Jobs that are discarded, or failed and have not ended, by task and error: the `id` of a group is `failure` of a filter.
   *
   * @throws {HowdahError} `invalid_options` for a range that is wrong
   */
  failures(range?: FailureRange): Promise<FailureGroups>;

  /** The latest 10 canaries of a group of failures, the newest first, with how each of their jobs went by now. */
  canaries(failure: string): Promise<Canary[]>;

  /**
   * Retries the newest discarded jobs of a group of failures before the others, 5 unless told, and remembers which they were.
   *
   * @throws {HowdahError} `wrong_state` when no job of it can be retried; `invalid_options`
   */
  startCanary(failure: string, options?: CanaryOptions): Promise<Canary>;

  /** Every queue by name, with how many jobs it has in each state; numbers above some thousands are estimates. */
  queues(): Promise<QueueStats[]>;

  /**
   * Has a queue hand out no job until it is resumed; running ones finish.
   *
   * @returns false when it was paused already
   * @throws {HowdahError} `unknown_queue`
   */
  pause(queue: string, options?: ReasonOptions): Promise<boolean>;

  /** Has it hand out jobs again. @returns false when it was not paused @throws {HowdahError} `unknown_queue` */
  resume(queue: string): Promise<boolean>;

  /**
   * Has all workers together run at most so many jobs of a queue at once, null for no limit.
   *
   * @returns the limit until now
   * @throws {HowdahError} `unknown_queue`; `invalid_options` for less than 1
   */
  setFleetConcurrency(queue: string, runs: number | null): Promise<number | null>;

  /**
   * Takes a queue away that nothing uses: no job is in it, no worker serves it, no task is at home there, no schedule enqueues to
   * it. Its finished jobs stay, and are found as before. Whoever has it in QUEUES or a task at home there makes it again.
   *
   * @returns how many jobs were cancelled
   * @throws {HowdahError} `unknown_queue`; `queue_in_use` with all that is in the way
   */
  removeQueue(queue: string, options?: RemoveQueueOptions): Promise<number>;

  /** Every place of a broker whose messages become jobs, by name, with what is in its way. */
  sources(): Promise<MessageSource[]>;

  /**
   * Has no message of a source become a job until it is resumed; they wait at the broker.
   *
   * @param source as in SOURCES: `kafka:users.v1`
   * @returns false when it was paused already
   * @throws {HowdahError} `unknown_source`
   */
  pauseSource(source: string, options?: ReasonOptions): Promise<boolean>;

  /** Has its messages become jobs again. @returns false when it was not paused @throws {HowdahError} `unknown_source` */
  resumeSource(source: string): Promise<boolean>;

  /**
   * Goes on with a topic as it is, which was refused: it was made anew, or has lost its end.
   *
   * @returns how many partitions have another position now
   * @throws {HowdahError} `unknown_source`; `wrong_state` when it is not refused
   */
  acceptSource(source: string): Promise<number>;

  /** Every task that a process announced, by name. */
  tasks(): Promise<KnownTask[]>;

  /** What runs by the clock. */
  schedules(): Promise<Schedule[]>;

  /** Every runner that lives, one queue's pool in one process each, by queue and age. */
  workers(): Promise<Worker[]>;

  /** The brokers that jobs go to, and from how many workers they take no messages, by name. */
  brokers(): Promise<BrokerState[]>;

  /** Ends the connections that it opened, and what still waits for a job. A pool that was given goes on. Safe to call twice. */
  close(): Promise<void>;
}
