import { z } from '@hono/zod-openapi';
import { answeredInstant } from './instant.ts';
import { text } from './text.ts';

const ID = { error: 'expected the id of a group of failures: 16 hexadecimal digits' };
const LIMIT = { error: 'expected a whole number 1 to 1000' };

/** The group in an address. */
export const failureParameter = z.object({
  id: z
    .string(ID)
    .regex(/^[0-9a-f]{16}$/, ID)
    .openapi({ example: '9f2c41d0a7be6635' }),
});

export const failureQuery = z.strictObject({
  limit: z
    .string(LIMIT)
    .regex(/^\d{1,4}$/, LIMIT)
    .transform(Number)
    .pipe(z.int(LIMIT).min(1, LIMIT).max(1_000, LIMIT))
    .optional()
    .openapi({ type: 'integer', minimum: 1, maximum: 1_000, default: 100 }),
});

export const failureGroup = z
  .object({
    id: z.string().openapi({ description: 'The same for ever; `failure` of a filter.' }),
    task: z.string(),
    error: z.string().nullable().openapi({
      description: 'With … for what differs from job to job; null for jobs without an error.',
      example: 'connect ECONNREFUSED …',
    }),
    queues: z.array(z.string()),
    jobs: z.int(),
    discarded: z.int().openapi({ description: 'Of them, those that will not run again by themselves.' }),
    retrying: z.int().openapi({ description: 'Those that failed and have not ended.' }),
    first_seen_at: answeredInstant,
    last_seen_at: answeredInstant,
    trend: z
      .array(z.int())
      .openapi({ description: 'How many failed in each five minutes of the last hour, the oldest first.' }),
    newest_ids: z.array(z.string()).openapi({ description: 'Its three newest jobs.' }),
  })
  .openapi('FailureGroup');

export const failureGroups = z.object({
  failures: z.array(failureGroup),
  capped: z.boolean().openapi({
    description: 'Only the newest 10,000 jobs that failed were looked at; there may be more.',
  }),
});

const canaryJob = z.object({
  id: z.string(),
  outcome: z.enum(['waiting', 'running', 'failed', 'completed', 'cancelled', 'gone']).openapi({
    description: 'failed also while it is to be tried again; gone when it was not kept.',
  }),
  error: z.string().nullable(),
  is_over: z.boolean().openapi({ description: 'Whether it has ended; of a later retry nothing is told.' }),
  ended_at: answeredInstant.nullable(),
});

export const canary = z
  .object({
    id: z.string(),
    started_at: answeredInstant,
    started_by: z.string(),
    reason: z.string().nullable(),
    jobs: z.array(canaryJob).openapi({ description: 'The newest first.' }),
    counts: z
      .record(z.string(), z.int())
      .openapi({ description: 'Jobs by outcome.', example: { completed: 4, failed: 1 } }),
    is_over: z.boolean().openapi({ description: 'Whether all of its jobs have ended.' }),
  })
  .openapi('Canary');

export const failureDetail = z
  .object({
    failure: z
      .union([failureGroup, z.null()])
      .openapi({ description: 'Null when none of its jobs fails by now.' }),
    canaries: z.array(canary).openapi({ description: 'The latest 10, the newest first.' }),
  })
  .openapi('FailureDetail');

const JOBS = { error: 'expected a whole number 1 to 100' };

export const canaryRequest = z
  .strictObject({
    jobs: z
      .int(JOBS)
      .min(1, JOBS)
      .max(100, JOBS)
      .optional()
      .openapi({ description: 'Jobs at most, the newest first; 5 unless told.' }),
    reason: text(500).optional().openapi({ description: 'Kept with the canary and in the audit log.' }),
  })
  .openapi('CanaryRequest');
