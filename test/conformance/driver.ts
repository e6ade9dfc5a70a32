import type { EnqueueOptions } from '../../src/enqueue/enqueue-options.ts';

/** A job to enqueue, in nobody's own words: each driver says it in its. */
export interface JobRequest extends EnqueueOptions {
  task: string;
  /** @default none given */
  payload?: unknown;
}

/** A job as it is seen; instants are ISO texts with milliseconds, the same from whichever side. */
export interface SeenSummary {
  id: string;
  queue: string;
  task: string;
  state: string;
  priority: number;
  attempt: number;
  maxAttempts: number;
  runAt: string | null;
  createdAt: string | null;
  startedAt: string | null;
  finishedAt: string | null;
  /** Of a finished job. */
  durationMs: number | null;
  worker: string | null;
  lastError: string | null;
  progress: number | null;
  progressMessage: string | null;
  key: string | null;
  sequence: string | null;
  deadline: string | null;
  timeoutMs: number | null;
  expiresAt: string | null;
}

export interface SeenJob extends SeenSummary {
  payload: unknown;
  result: unknown;
  headers: Record<string, string> | null;
  errors: SeenError[];
}

export interface SeenError {
  attempt: number;
  name: string;
  message: string;
  stack: string | null;
  worker: string | null;
  decision: string;
  failedAt: string | null;
  retryAt: string | null;
}

export interface SeenQueue {
  name: string;
  schemaName: string;
  available: number;
  scheduled: number;
  retryable: number;
  /** At the latest heartbeats. */
  running: number;
  isPaused: boolean;
  pausedAt: string | null;
  pausedBy: string | null;
  concurrency: number;
  fleetConcurrency: number | null;
  workers: number;
}

export interface SeenWorker {
  token: string;
  queue: string;
  kind: string;
  host: string;
  pid: number | null;
  concurrency: number;
  running: number;
  state: string;
  startedAt: string | null;
  heartbeatAt: string | null;
  poolId: string | null;
  tasks: string[];
  blockedSince: string | null;
  expiresAt: string | null;
  abandoned: string[];
  brokers: { name: string; state: string; since: string | null; because: string | null; tasks: string[] }[];
}

export interface SeenTask {
  name: string;
  application: string;
  queue: string;
  maxRetries: number;
  timeoutMs: number;
  orderBy: string | null;
  routes: string[];
  payloadSchema: unknown;
}

export interface SeenSchedule {
  identifier: string;
  task: string;
  queue: string;
  cron: string;
  payload: unknown;
  lastRunAt: string | null;
  nextRunAt: string | null;
  lastError: string | null;
  lastErrorAt: string | null;
  application: string;
  isOrphaned: boolean;
}

export interface SeenExplanation {
  state: string;
  cause: string;
  explanation: string;
  remedy: string;
}

export interface Filter {
  queue?: string;
  state?: string;
  task?: string;
  createdAfter?: Date;
  createdBefore?: Date;
  /** Part of the latest error, in any case. */
  error?: string;
  key?: string;
  payloadContains?: unknown;
  sequence?: string;
  trace?: string;
  /** Id of a group. */
  failure?: string;
  /** More runs than that. */
  attemptsAbove?: number;
}

export interface ListFilter extends Filter {
  finishedAfter?: Date;
  finishedBefore?: Date;
  worker?: string;
  /** With this id or key, or with this in the latest error. */
  search?: string;
}

/** `after` is the last job of the page before, as that page gave it in `next`; null is the end. */
export interface PageRequest {
  limit: number;
  after?: string | null;
}

export interface SeenPage {
  jobs: SeenSummary[];
  next: string | null;
}

export type Action = 'cancel' | 'discard' | 'runNow' | 'retry';

export interface BulkRequest {
  action: Action;
  filter: Filter;
  isDryRun?: boolean;
  max?: number;
  reason?: string;
}

/** One side from which the queue is used. What is refused rejects with a `Refusal`. */
export interface Driver {
  readonly name: string;
  /** Id of the new job. */
  enqueue(job: JobRequest): Promise<string>;
  /** Ids in order; missing where there is no such command. */
  enqueueBatch?(jobs: readonly JobRequest[]): Promise<string[]>;
  /** Null when there is no such job. */
  job(id: string): Promise<SeenJob | null>;
  /** Newest first. */
  list(filter: ListFilter, page: PageRequest): Promise<SeenPage>;
  /** Null when there is no such job. */
  explain(id: string): Promise<SeenExplanation | null>;
  /** The job's state afterwards. */
  act(action: Action, id: string, reason?: string): Promise<string>;
  reschedule(id: string, at: Date): Promise<string>;
  /** How many jobs were changed, or would be. */
  bulk(request: BulkRequest): Promise<number>;
  queues(): Promise<SeenQueue[]>;
  pause(queue: string, reason: string): Promise<void>;
  resume(queue: string): Promise<void>;
  setFleetConcurrency(queue: string, runs: number | null): Promise<void>;
  /** How many jobs were cancelled for it. */
  removeQueue(queue: string, isForced: boolean): Promise<number>;
  workers(): Promise<SeenWorker[]>;
  tasks(): Promise<SeenTask[]>;
  schedules(): Promise<SeenSchedule[]>;
}
