/**
 * The events of a job's life: names and fields are a contract. Durations are milliseconds. No event carries a payload.
 */
export interface HowdahEvents {
  /** A job was written; it exists once the caller's transaction commits. */
  'job.enqueued': [{ jobId: string; task: string; queue: string; maxRetries: number; runAt: Date }];
  /** A run begins. `waitMs` counts from when the job could have run. */
  'job.started': [RunEvent & { waitMs: number }];
  /** The handler returned, and the database has completed the job. */
  'job.completed': [CompletedRunEvent];
  /**
   * The run is over, and its job is not ended by it as far as is known here: it went to somebody else meanwhile, or the
   * database did not take the end until the runner left. Its work may be done twice. `error` where the run failed.
   */
  'job.unrecorded': [CompletedRunEvent & { error?: Error }];
  /** A handler's result is not kept whole; `note` says by place, and without any value, what of it is not. */
  'job.result_reduced': [RunEvent & { note: string }];
  /**
   * The run ended otherwise, and the database has it; `decision` says what became of the job there. That is `cancel` also
   * where the handler returned and somebody had cancelled the job by then.
   */
  'job.failed': [FailedRunEvent];
  /** A handler ignored its signal for so long that it was left behind: its place is free, and it goes on beside what follows. */
  'job.abandoned': [RunEvent & { afterMs: number }];
  /** One that was left behind has ended, so long after that. */
  'job.abandoned_ended': [RunEvent & { lateMs: number }];
  /** Waiting jobs that an operator cancelled over HTTP; a running one ends in `job.failed`. */
  'jobs.cancelled': [{ task: string; queue: string; jobs: number }];
  /** An error that nobody was there to catch: a promise left behind, an exception in a timer. */
  'job.stray_error': [StrayErrorEvent];
  /** A runner took up its queue. */
  'runner.started': [{ queue: string; concurrency: number; token: string }];
  /** A runner left its queue, `error` when nobody asked it to; `byTask` is what it still held, and gave back. */
  'runner.stopped': [{ queue: string; token: string; error?: Error; byTask: readonly RescuedTask[] }];
  /** Another process's runner was found dead, and the jobs it held were given back. */
  'runner.rescued': [RescueEvent];
  /** The event loop of this process did not turn for a second or more, and does again. */
  'loop.blocked': [LoopBlock];
  /** Ends of runs that the database did not take became more or fewer. */
  'queue.ends': [UnrecordedEndsEvent];
  /** Told once at the start, and when what runs of some tasks need, as a broker, is lost, is back, or is away for another reason. */
  'gate.changed': [GateEvent];
}

export interface GateEvent {
  /** What they need: `rabbitmq`. */
  name: string;
  /** Why it is not there; undefined while it is. */
  because: string | undefined;
  /** Of this process, whose runs do not begin meanwhile. */
  tasks: readonly string[];
}

export interface UnrecordedEndsEvent {
  queue: string;
  /** Runs of this process that are over, and whose end is not written. */
  unrecordedCount: number;
  /** No further run begins meanwhile. */
  isOpen: boolean;
  /** What the database answered last; undefined when all is written. */
  error: Error | undefined;
}

export interface RunEvent {
  jobId: string;
  task: string;
  queue: string;
  /** Which run this is, from 1. */
  attempt: number;
  maxAttempts: number;
  /** The worker over HTTP that has or had it, by its name; absent for runs of this process. */
  worker?: string;
}

export interface CompletedRunEvent extends RunEvent {
  /** Until the handler returned. */
  durationMs: number;
}

export interface FailedRunEvent extends RunEvent {
  durationMs: number;
  decision: 'retry' | 'discard' | 'cancel' | 'snooze' | 'misfit' | 'return';
  /** Wait before the next run, when there is one. */
  delayMs?: number;
  error: Error;
}

export interface RescueEvent {
  token: string;
  queue: string;
  because: string;
  /** All that it held. */
  jobs: number;
  byTask: readonly RescuedTask[];
}

/** Jobs of one task in a rescue that met the same fate. */
export interface RescuedTask {
  task: string;
  /** How they ended, as after one death too many; null when they are back in their queue. */
  ended: 'discarded' | 'cancelled' | null;
  /** Whether a run of theirs had begun, or may have, whose end is not recorded: its work may be done, and be done again. */
  hadBegun: boolean;
  jobs: number;
}

export interface LoopBlock {
  durationMs: number;
  /** The runs under way during it, one of which, as a rule, blocked it; `runningMs` is how long each had run before. */
  jobs: readonly { jobId: string; task: string; runningMs: number }[];
}

export interface StrayErrorEvent {
  /** The run that caused it; undefined when that cannot be known. */
  run: RunEvent | undefined;
  /** Whether that run had not ended yet. */
  isRunning: boolean;
  origin: 'unhandledRejection' | 'uncaughtException';
  error: Error;
}
