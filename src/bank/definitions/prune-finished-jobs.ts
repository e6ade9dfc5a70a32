import { z } from 'zod';
import { defineTask } from '../../tasks/define-task.ts';

/** Removes finished jobs whose retention is over; the crontab enqueues it every minute. */
export const pruneFinishedJobs = defineTask({
  name: 'prune_finished_jobs',
  payload: z.strictObject({}),
  queue: 'default',
  maxRetries: 2,
  timeoutMs: 5 * 60_000,
});
