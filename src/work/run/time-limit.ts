import type { BoundTask } from '../../tasks/bind.ts';
import type { RunningJob } from '../../tasks/task-context.ts';

type LimitedTask = Pick<BoundTask<never>, 'definition' | 'gate'>;
type LimitedJob = Pick<RunningJob, 'timeoutMs' | 'deadline'>;

/** How long a run that begins now may take, in milliseconds, until its time limit or deadline; 0 for any time. */
export function timeLimitMs(task: LimitedTask, job: LimitedJob): number {
  const limitMs = ownLimitMs(task, job);
  if (!job.deadline) return limitMs;
  const leftMs = Math.max(1, job.deadline.getTime() - Date.now());
  return limitMs > 0 ? Math.min(limitMs, leftMs) : leftMs;
}

/**
 * The time limit of a run in milliseconds, 0 for none. Behind a gate there is none: a broker that is slow must not cost attempts,
 * and how long it may take to answer is for those to say who talk to it.
 */
export function ownLimitMs({ definition, gate }: LimitedTask, job: LimitedJob): number {
  return gate ? 0 : (job.timeoutMs ?? definition.timeoutMs);
}
