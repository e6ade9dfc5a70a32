import { z } from '@hono/zod-openapi';
import { answeredInstant } from './instant.ts';

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
