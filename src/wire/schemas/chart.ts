import { z } from '@hono/zod-openapi';
import { duration } from './duration.ts';
import { answeredInstant, instant } from './instant.ts';
import { text } from './text.ts';

const MAX_STEP_MS = 30 * 86_400_000;

export const chartQuery = z.strictObject({
  queue: text(63).optional().openapi({ description: 'All of them together unless told.' }),
  task: text(128).optional().openapi({ description: 'All of them together unless told.' }),
  since: instant.optional().openapi({ description: 'An hour ago unless told, 30 days ago at the earliest.' }),
  step: duration(MAX_STEP_MS, '15m').optional().openapi({
    description: '1m unless told. Whole minutes, and whole hours where since is more than two days ago.',
  }),
});

const durationMs = z.number().nullable();
const depth = z.number().nullable();

export const chartPoint = z
  .object({
    at: answeredInstant.openapi({ description: 'When the step begins.' }),
    covered_seconds: z.number().openapi({
      description: 'What of it has been counted: all, but in the last point. Divide by it for a rate.',
    }),
    completed: z.number(),
    failed: z.number().openapi({ description: 'Attempts, whatever was decided.' }),
    discarded: z.number(),
    cancelled: z.number(),
    wait_p50_ms: durationMs.openapi({
      description: 'Null where no run ended; within 9.1 %, like all of these.',
    }),
    wait_p95_ms: durationMs,
    run_p50_ms: durationMs,
    run_p95_ms: durationMs,
    available: depth.openapi({
      description:
        'The greatest of the step, like all that follow; null for a task, and where no worker looked.',
    }),
    scheduled: depth,
    retryable: depth,
    running: depth,
    oldest_wait_seconds: depth,
  })
  .openapi('ChartPoint');
