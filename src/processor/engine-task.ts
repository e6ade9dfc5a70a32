import type { Job, Task } from 'graphile-worker';
import type { BoundTask } from './bind.ts';
import { type RunEnvironment, runJob } from './run-job.ts';
import type { RunningJob } from './task-context.ts';

/** A bound task in the shape graphile-worker runs, for jobs of one queue. */
export function toEngineTask<Services>(
  task: BoundTask<Services>,
  queue: string,
  environment: RunEnvironment<Services>,
): Task {
  return (payload, { job }) => runJob(task, toRunningJob(job, queue), payload, environment);
}

function toRunningJob(job: Job, queue: string): RunningJob {
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
