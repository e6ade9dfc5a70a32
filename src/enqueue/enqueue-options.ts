/** Settings of one job; each overrides the task's own. `howdah.enqueue` takes the same by their SQL names. */
export interface EnqueueOptions {
  /** Queue to run in. @default the task's queue */
  queue?: string;
  /** Milliseconds from now (the database's clock) before the job may run, up to 100 years. Excludes `runAt`. @default 0 */
  delayMs?: number;
  /** Earliest instant the job may run. Excludes `delayMs`. @default now */
  runAt?: Date;
  /** Runs after the first. 0 to 32,766. @default the task's maxRetries */
  maxRetries?: number;
  /** Smaller runs first. -32,768 to 32,767. @default 0 */
  priority?: number;
  /** Time limit of one run in milliseconds, up to 2,147,483,647; 0 means none. @default the task's timeoutMs */
  timeoutMs?: number;
  /** From then on the job is discarded instead of run, and a run under way is stopped. @default none */
  deadline?: Date;
  /**
   * Milliseconds the job is kept once finished, up to 100 years; 0 means not at all.
   * @default 86_400_000 (24 hours) when completed, 604_800_000 (7 days) when discarded or cancelled
   */
  retentionMs?: number;
  /**
   * A name that at most one waiting job of this task in its queue has, 1 to 376 characters; `keyMode` says what a second
   * enqueue does. With `sequence`, the job that waits also never runs beside the one that runs. Excludes `uniqueKey`
   * and `uniqueForMs`.
   */
  key?: string;
  /**
   * `replace` gives the waiting job all of the new one's settings, `preserve_run_at` the same but its run_at (until
   * its first run); a running job is left to finish, not retried any more, and a new job follows. `ignore` leaves the
   * job alone, a running one included. Payloads that are both arrays are joined. A replaced job keeps its place in its
   * sequence; one that waits in another sequence is cancelled, and a new job follows at the end of the new one.
   * @default 'replace'
   */
  keyMode?: KeyMode;
  /**
   * Milliseconds from the latest enqueue of the key until the job may run, 1 ms to 100 years: each enqueue puts it off
   * again. Needs `key`; excludes `delayMs`, `runAt` and other key modes than `replace`.
   */
  debounceMs?: number;
  /**
   * Milliseconds that debounced enqueues can put a job off at most, from the first of them; at least `debounceMs`, up to
   * 100 years. A job enqueued while one of the key runs, or after a run of it failed, begins anew. @default no bound
   */
  maxWaitMs?: number;
  /**
   * While a job of this task with the same key lives, in whatever queue, another is refused with `duplicate_job`.
   * Any end of that job, or `uniqueForMs`, frees the key. 1 to 1,024 characters.
   */
  uniqueKey?: string;
  /**
   * Milliseconds after the enqueue when the refusal ends at the latest, 1 ms to 100 years. Without `uniqueKey`, jobs
   * with the same queue, task and payload are the same.
   */
  uniqueForMs?: number;
  /**
   * Id of a running job, as a rule the one whose handler enqueues this. If it holds the unique key, it gives the key up
   * to this job instead of having it refused; from the commit on it is not retried any more. Needs `uniqueKey` or
   * `uniqueForMs`. Without effect if that job does not hold the key; refused as ever if it holds it and
   * waits, or was cancelled.
   */
  succeeds?: string;
  /**
   * A task that no process has announced is no error: the job is kept as it is given, until a worker that knows the task is
   * there. @default false
   */
  allowUnknown?: boolean;
  /**
   * Jobs of one sequence run one at a time, in the order in which their transactions committed, across queues and
   * workers; the next waits too while the one before it waits for a retry. 1 to 200 characters.
   */
  sequence?: string;
  /** Handed to the handler; `traceparent` is passed through as it is. @default none */
  headers?: Readonly<Record<string, string>>;
}

export type KeyMode = 'replace' | 'preserve_run_at' | 'ignore';
