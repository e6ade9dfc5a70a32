import type { Micros } from './snapshot.ts';
import type { QueueName } from './staged-runner.ts';

/** When a job may run, as far as a command determines it: an instant, or so long after the command's own. */
export type Due =
  | Micros
  | {
      readonly fromMs: number;
      readonly toMs: number;
      readonly atLeast?: Micros | undefined;
      readonly atMost?: Micros | undefined;
    };

/** Right after, or `delayMs` after, the instant at which the database executes the command. */
export function after(delayMs: number, atLeast?: Micros): Due {
  return { fromMs: delayMs, toMs: delayMs, atLeast };
}

/** What the model believes of one job. */
export interface JobModel {
  readonly id: string;
  readonly task: string;
  queue: QueueName;
  state: 'live' | 'completed' | 'discarded' | 'cancelled' | 'gone';
  attempts: number;
  maxAttempts: number;
  priority: number;
  due: Due;
  /** Pool that holds it, or held it when it ended. */
  owner: string | null;
  /** The fetch that brought it there; later ones have greater numbers. */
  fetchNumber: number;
  lastError: string | null;
  key: string | null;
  /** False for retention 0. */
  isKept: boolean;
  deaths: number;
  /** Decided by an operator while it runs. */
  cancelled: { reason: string | null } | null;
  uniqueKey: string | null;
  sequence: string | null;
  /** While it waits for its turn: when it wants to run; undefined is at once. Null: it need not wait. */
  parked: { wanted: Due | undefined } | null;
  /** The first of the enqueues that put it off since it was written, or since a run of it that counted. */
  debouncedSince: Due | null;
  /** Decisions about its failed attempts. */
  errors: string[];
}

export function isRunning(job: JobModel): boolean {
  return job.state === 'live' && job.owner !== null;
}

export function isWaiting(job: JobModel): boolean {
  return job.state === 'live' && job.owner === null;
}
