import type { z } from '@hono/zod-openapi';
import type { Canary, CanaryJob } from '../look/canaries.ts';
import type { FailureGroup } from '../look/failure-groups.ts';
import { iso } from './present-job.ts';
import type { canary, failureGroup } from './schemas/failure.ts';

export function presentFailure(found: FailureGroup): z.infer<typeof failureGroup> {
  const { id, task, error, queues, trend } = found;
  return {
    ...{ id, task, error, queues },
    jobs: found.jobCount,
    discarded: found.discardedCount,
    retrying: found.retryingCount,
    first_seen_at: found.firstSeenAt.toISOString(),
    last_seen_at: found.lastSeenAt.toISOString(),
    trend,
    newest_ids: found.newestIds,
  };
}

export function presentCanary({
  id,
  startedAt,
  startedBy,
  reason,
  jobs,
  isOver,
}: Canary): z.infer<typeof canary> {
  const counts: Record<string, number> = {};
  for (const { outcome } of jobs) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return {
    ...{ id, started_at: startedAt.toISOString(), started_by: startedBy, reason },
    jobs: jobs.map(presentCanaryJob),
    counts,
    is_over: isOver,
  };
}

function presentCanaryJob({ id, outcome, error, isOver, endedAt }: CanaryJob) {
  return { id, outcome, error, is_over: isOver, ended_at: iso(endedAt) };
}
