import type { Job } from 'graphile-worker';
import type { RunningJob } from './task-context.ts';

/** The engine's row as handlers see it. */
export function toRunningJob(job: Job, queue: string): RunningJob {
  return {
    id: String(job.id),
    task: job.task_identifier,
    queue,
    attempt: job.attempts,
    maxAttempts: job.max_attempts,
    createdAt: job.created_at,
    runAt: job.run_at,
  };
}
