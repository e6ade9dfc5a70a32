/** One queue that is measured, in a process of its own. */
export interface Contender {
  /** How it is set up here, for the report. */
  readonly setup: string;
  /** Which server it keeps its jobs in. @default Postgres */
  readonly server?: 'redis';
  /** Whether it gets a tenth of the jobs, lest everybody wait for it. @default false */
  readonly isSlow?: boolean;
  /** Once for a fresh database. */
  prepare(url: string): Promise<void>;
  /** Adds so many jobs that do nothing, all in one, as quickly as it can. */
  fill(url: string, count: number): Promise<void>;
  /** Calls `done` for each job that its handler has run, until it is stopped. Resolves when it takes jobs. */
  work(url: string, options: WorkOptions): Promise<Working>;
}

export interface WorkOptions {
  concurrency: number;
  done: () => void;
}

export interface Working {
  /** Resolves once the ends of all runs are written and nothing is left open. */
  stop(): Promise<void>;
}

/** Of all contenders: what the job is called. */
export const TASK = 'noop';
