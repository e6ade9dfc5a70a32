import type { z } from '@hono/zod-openapi';
import type { ChartPoint } from '../look/chart.ts';
import type { chartPoint } from './schemas/chart.ts';

export function presentChartPoint(found: ChartPoint): z.infer<typeof chartPoint> {
  return {
    at: found.at.toISOString(),
    covered_seconds: found.coveredSeconds,
    completed: found.completedCount,
    failed: found.failedCount,
    discarded: found.discardedCount,
    cancelled: found.cancelledCount,
    wait_p50_ms: found.waitP50Ms,
    wait_p95_ms: found.waitP95Ms,
    run_p50_ms: found.runP50Ms,
    run_p95_ms: found.runP95Ms,
    available: found.availableCount,
    scheduled: found.scheduledCount,
    retryable: found.retryableCount,
    running: found.runningCount,
    oldest_wait_seconds: found.oldestWaitSeconds,
  };
}
