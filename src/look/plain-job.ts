import { parseExactly } from '../db/exact-json.ts';
import type { Job } from './job.ts';

/** A job that was enqueued this moment, to run at once. */
export interface PlainJob extends Pick<Job, 'id' | 'queue' | 'task' | 'priority' | 'maxAttempts'> {
  enqueuedAt: Date;
  /** JSON. */
  payload: string;
}

/** All there is to know about it: `getJob` would say the same, had nobody taken it meanwhile. */
export function plainJob({ enqueuedAt, payload, ...job }: PlainJob): Job {
  return {
    ...job,
    state: 'available',
    attempt: 0,
    runAt: enqueuedAt,
    createdAt: enqueuedAt,
    ...NOTHING_YET,
    payload: parseExactly(payload),
    errors: [],
  };
}

const NOTHING_YET = {
  startedAt: null,
  finishedAt: null,
  durationMs: null,
  worker: null,
  lastError: null,
  progress: null,
  progressMessage: null,
  key: null,
  sequence: null,
  deadline: null,
  timeoutMs: null,
  expiresAt: null,
  result: null,
  resultNote: null,
  headers: null,
  redactedFields: [],
} as const;
