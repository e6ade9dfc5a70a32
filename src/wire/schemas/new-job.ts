import { z } from '@hono/zod-openapi';
import { describeOption } from '../../enqueue/describe-option.ts';
import type { EnqueueOptions } from '../../enqueue/enqueue-options.ts';
import {
  OPTION_ROWS,
  type OPTION_TABLE,
  type OptionName,
  type OptionRow,
} from '../../enqueue/option-table.ts';
import { MAX_BATCH_SIZE } from '../../enqueue/task-distributor.ts';
import { duration } from './duration.ts';
import { answeredInstant, exactInstant } from './instant.ts';
import { jobId } from './job.ts';
import { anyText, text } from './text.ts';

/** The options' schemas by their names in a request; what they make of a value is what the distributor takes. */
type OptionShape = {
  [Option in OptionName as (typeof OPTION_TABLE)[Option]['name']]: z.ZodOptional<
    z.ZodType<NonNullable<EnqueueOptions[Option]>>
  >;
};

const OPTION_SHAPE = Object.fromEntries(
  OPTION_ROWS.map(([, row]) => [
    row.name,
    toSchema(row)
      .optional()
      .openapi({ description: describeOption(row, (name) => name) }),
  ]),
) as unknown as OptionShape;

/** Not a record alone, which drops a member `__proto__` without a word. */
function headers() {
  const error = ({ code }: { code?: string }) =>
    code === 'invalid_key'
      ? 'expected names of 1 to 256 characters, all of them valid, none NUL'
      : 'expected an object of strings';
  return z
    .unknown()
    .superRefine((value, context) => {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, '__proto__')) return;
      context.addIssue({ code: 'custom', path: ['__proto__'], message: 'expected no header of this name' });
    })
    .pipe(z.record(text(256), anyText(8192), { error }))
    .openapi({ type: 'object', additionalProperties: { type: 'string', maxLength: 8192 } });
}

function toSchema(row: OptionRow) {
  switch (row.kind) {
    case 'duration':
      return duration(row.maxMs, row.example);
    case 'instant':
      return exactInstant;
    case 'integer':
      return wholeNumber(row.min, row.max);
    case 'choice':
      return z.enum(row.choices, { error: `expected one of ${row.choices.join(', ')}` });
    case 'flag':
      return z.boolean({ error: 'expected true or false' });
    case 'job':
      return jobId;
    case 'headers':
      return headers();
    case 'text':
    case 'name':
      return text(row.max);
  }
}

function wholeNumber(min: number, max: number) {
  const error = { error: `expected a whole number ${min} to ${max}` };
  return z.int(error).min(min, error).max(max, error);
}

/** A job to enqueue: options left out are the task's. */
export const newJob = z
  .strictObject(
    {
      task: text(128).openapi({ example: 'send_welcome_email' }),
      payload: z
        .unknown()
        .optional()
        .openapi({
          description: 'Any JSON; checked by the task’s schema. {} by default.',
          example: { user_account: 'ada' },
        }),
      ...OPTION_SHAPE,
    },
    { error: 'expected a JSON object' },
  )
  .openapi('NewJob');

export type RequestedJob = z.output<typeof newJob>;

const BATCH = { error: `expected 1 to ${MAX_BATCH_SIZE} jobs` };

export const newJobs = z
  .strictObject({ jobs: z.array(newJob, BATCH).min(1, BATCH).max(MAX_BATCH_SIZE, BATCH) })
  .openapi('NewJobs');

export const enqueuedJobs = z
  .object({
    jobs: z.array(
      z.object({
        id: z.string(),
        task: z.string(),
        queue: z.string(),
        max_retries: z.int(),
        run_at: answeredInstant,
      }),
    ),
  })
  .openapi('EnqueuedJobs', { description: 'In the order of the request.' });
