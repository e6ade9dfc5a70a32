import type { TaskDefinition } from '../../tasks/define-task.ts';
import type { RunningJob } from '../../tasks/task-context.ts';

/** How long a run that begins now may take, in milliseconds, until its time limit or deadline; 0 for any time. */
export function timeLimitMs({ timeoutMs }: TaskDefinition, job: RunningJob): number {
  const limitMs = job.timeoutMs ?? timeoutMs;
  if (!job.deadline) return limitMs;
  const leftMs = Math.max(1, job.deadline.getTime() - Date.now());
  return limitMs > 0 ? Math.min(limitMs, leftMs) : leftMs;
}
