/** One queue that is measured, in a process of its own. */
export interface Contender {
  /** How it is set up here, for the report. */
  readonly setup: string;
  /** Which server it keeps its jobs in. @default Postgres */
  readonly server?: 'redis';
  /** Whether it gets a tenth of the jobs, lest everybody wait for it. @default false */
  readonly isSlow?: boolean;
  /** Once for a fresh database. */
  prepare(url: string, queues: readonly string[]): Promise<void>;
  /** What adds jobs, on connections that stay open. */
  open(url: string): Promise<Producer>;
  /** Runs the jobs of the queues, until it is stopped. Resolves when it takes jobs. */
  work(url: string, options: WorkOptions): Promise<Working>;
}

export interface Producer {
  /** One job, in a transaction of its own. */
  one(data: Data): Promise<unknown>;
  /** So many by one call of its library. */
  many(count: number, data: Data): Promise<unknown>;
  /** So many by what is quickest, a statement of SQL for instance. @default as `many` */
  bulk?(count: number, options: BulkOptions): Promise<unknown>;
  close(): Promise<unknown>;
}

/** What a job carries: when it was enqueued, by `monotonicMs`, where somebody wants to know how long it waited. */
export interface Data {
  at?: number;
}

export interface BulkOptions {
  queue: string;
  /** How long Howdah keeps the finished job. @default as ever */
  retention?: string | undefined;
}

export interface WorkOptions {
  queues: readonly { name: string; concurrency: number }[];
  /** A handler that returns no promise is done at once. */
  run: (job: Job) => Promise<void> | void;
}

export interface Job {
  id: string;
  queue: string;
  data: Data;
}

export interface Working {
  /** Resolves once the ends of all runs are written and nothing is left open. */
  stop(): Promise<unknown>;
}

/** Of all contenders: what the job is called. */
export const TASK = 'noop';

/** How many connections one has that enqueues. */
export const PRODUCER_CONNECTIONS = 20;
