import { z } from '@hono/zod-openapi';
import { answeredInstant } from './instant.ts';
import { text } from './text.ts';

/** The queue in an address. */
export const queueParameter = z.object({ name: text(63).openapi({ example: 'critical' }) });

export const queue = z
  .object({
    name: z.string(),
    schema_name: z.string().openapi({ description: 'What the stock graphile-worker CLI takes as --schema.' }),
    available: z.number().openapi({ description: 'Jobs that could run now.' }),
    scheduled: z.number(),
    retryable: z.number(),
    running: z.number().openapi({ description: 'Jobs at work at the latest heartbeats.' }),
    is_estimate: z
      .boolean()
      .openapi({ description: 'Whether available, scheduled and retryable are estimates.' }),
    oldest_wait_seconds: z.number().openapi({ description: 'How long the oldest available job has waited.' }),
    throughput_per_second: z.number().nullable().openapi({
      description: 'Jobs that left the queue per second since the last look; null on a process’s first look.',
    }),
    concurrency: z.number().openapi({ description: 'Runs at once, all workers together.' }),
    fleet_concurrency: z
      .number()
      .nullable()
      .openapi({ description: 'Runs at once that the fleet is held to.' }),
    workers: z.number(),
    is_paused: z.boolean(),
    paused_at: answeredInstant.nullable(),
    paused_by: z.string().nullable(),
  })
  .openapi('Queue');

export const pauseRequest = z
  .strictObject({
    reason: text(500)
      .optional()
      .openapi({ example: 'the mail provider is down', description: 'Shown as paused_by.' }),
  })
  .openapi('PauseRequest');

const FLEET = { error: 'expected a whole number 1 to 100000, or null for no limit' };

export const queueChange = z
  .strictObject({ fleet_concurrency: z.int(FLEET).min(1, FLEET).max(100_000, FLEET).nullable() })
  .openapi('QueueChange');

const FORCE = { error: 'expected true or false' };

export const queueRemoval = z.object({
  force: z.enum(['true', 'false'], FORCE).optional().openapi({
    description: 'true: jobs that wait are cancelled first, at most 10,000.',
  }),
});

export const removedQueue = z
  .object({ cancelled: z.int().openapi({ description: 'Jobs that were cancelled for it.' }) })
  .openapi('RemovedQueue');
