import type { z } from '@hono/zod-openapi';
import type { QueueStats } from '../look/queue-stats.ts';
import { iso } from './present-job.ts';
import type { queue } from './schemas/queue.ts';

export function presentQueue(
  found: QueueStats,
  throughput: number | null | undefined,
): z.infer<typeof queue> {
  return {
    name: found.queue,
    schema_name: found.schemaName,
    available: found.availableCount,
    scheduled: found.scheduledCount,
    retryable: found.retryableCount,
    running: found.runningCount,
    is_estimate: found.isEstimate,
    oldest_wait_seconds: found.oldestWaitSeconds,
    throughput_per_second: throughput ?? null,
    concurrency: found.concurrency,
    fleet_concurrency: found.fleetConcurrency,
    workers: found.workerCount,
    is_paused: found.isPaused,
    paused_at: iso(found.pausedAt),
    paused_by: found.pausedBy,
  };
}
