import type { JobHelpers } from 'graphile-worker';
import { splitCronTick } from '../schedules/cron-tick.ts';
import type { Run } from './run-job.ts';
import { createRunStore } from './run-store.ts';
import { toRunningJob } from './running-job.ts';

/** What the engine hands to a task, as one run of ours. */
export function toRun(queue: string, payload: unknown, { job, query }: JobHelpers): Run {
  const { payload: own, cron } = splitCronTick(payload);
  const running = { ...toRunningJob(job, queue), ...(cron ? { cron } : {}) };
  return { job: running, payload: own, store: createRunStore(job, queue, query) };
}
