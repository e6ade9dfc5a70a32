import type { z } from '@hono/zod-openapi';
import type { FailureGroup } from '../look/failure-groups.ts';
import type { failureGroup } from './schemas/failure.ts';

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
