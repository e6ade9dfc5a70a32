import { z } from '@hono/zod-openapi';
import { jobFilter } from './job-filter.ts';
import { text } from './text.ts';

const MAX_JOBS = 100_000;
const MAX = { error: `expected a whole number 1 to ${MAX_JOBS}` };
const FILTER = { error: 'expected at least one condition, e.g. {"queue":"default"}' };

/** Not by `default`, which would be in the document, and make a field mandatory in what generators of clients make of it. */
function unlessTold<Value>(value: Value) {
  return (given: Value | undefined) => given ?? value;
}

export const bulkRequest = z
  .strictObject({
    filter: jobFilter
      .refine((filter) => Object.values(filter).some((value) => value !== undefined), FILTER)
      .openapi({ description: 'At least one condition.' }),
    dry_run: z
      .boolean({ error: 'expected true or false' })
      .optional()
      .openapi({ description: 'Only count; false unless told.' })
      .transform(unlessTold(false)),
    max: z.int(MAX).min(1, MAX).max(MAX_JOBS, MAX).optional().openapi({
      description: 'Jobs at most, the oldest first; 1,000 unless told, and a dry run counts a million then.',
    }),
    reason: text(500)
      .optional()
      .openapi({ description: 'Becomes the last error of cancelled and discarded jobs.' }),
  })
  .openapi('BulkRequest');

export type BulkOrder = z.output<typeof bulkRequest>;

export const bulkReport = z
  .object({
    action: z.enum(['retry', 'cancel', 'run_now', 'discard']),
    dry_run: z.boolean(),
    matched: z.int().openapi({ description: 'Jobs that fit the filter, up to max.' }),
    changed: z.int().openapi({ description: 'Jobs that it was done to; 0 in a dry run.' }),
    skipped: z.int().openapi({
      description: 'Jobs that a worker was just taking or ending, or that were in no state for it.',
    }),
    is_complete: z
      .boolean()
      .openapi({ description: 'False when there may be more: max was reached, or the service stopped.' }),
  })
  .openapi('BulkReport');

export type BulkReport = z.infer<typeof bulkReport>;
