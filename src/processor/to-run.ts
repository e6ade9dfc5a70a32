import type { JobHelpers } from 'graphile-worker';
import type { Run } from './run-job.ts';
import { createRunStore } from './run-store.ts';
import { toRunningJob } from './running-job.ts';

/** What the engine hands to a task, as one run of ours. */
export function toRun(queue: string, payload: unknown, { job, query }: JobHelpers): Run {
  return { job: toRunningJob(job, queue), payload, store: createRunStore(job, queue, query) };
}
