import { z } from '@hono/zod-openapi';
import { MAX_BATCH_SIZE } from '../../enqueue/task-distributor.ts';
import { duration } from './duration.ts';
import { answeredInstant, instant } from './instant.ts';
import { jobId } from './job.ts';
import { anyText, text } from './text.ts';

const HUNDRED_YEARS_MS = 100 * 365 * 86_400_000;
const MAX_TIMEOUT_MS = 2_147_483_647;
const KEY_MODES = ['replace', 'preserve_run_at', 'ignore'] as const;

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
      queue: text(63).optional(),
      delay: duration(HUNDRED_YEARS_MS, '10s').optional().openapi({ description: 'Excludes run_at.' }),
      run_at: instant.optional(),
      priority: wholeNumber(-32_768, 32_767)
        .optional()
        .openapi({ description: 'Smaller runs first; 0 by default.' }),
      max_retries: wholeNumber(0, 32_766).optional().openapi({ description: 'Runs after the first.' }),
      timeout: duration(MAX_TIMEOUT_MS, '30s')
        .optional()
        .openapi({ description: 'Limit of one run; 0s for none.' }),
      deadline: instant.optional().openapi({ description: 'From then on it is discarded instead of run.' }),
      retention: duration(HUNDRED_YEARS_MS, '7d')
        .optional()
        .openapi({ description: 'Kept so long once finished; 0s for not at all.' }),
      unique_key: text(1024)
        .optional()
        .openapi({ description: 'Refused while a job of this task with this key lives.' }),
      unique_for: duration(HUNDRED_YEARS_MS, '1h')
        .optional()
        .openapi({ description: 'Refused for so long; without unique_key by queue, task and payload.' }),
      succeeds: jobId
        .optional()
        .openapi({ description: 'Running job that gives its unique key up to this one.' }),
      key: text(376).optional().openapi({
        description: 'Replaces the waiting job of this task that has it; excludes unique_key and unique_for.',
      }),
      key_mode: z.enum(KEY_MODES, { error: `expected one of ${KEY_MODES.join(', ')}` }).optional(),
      debounce: duration(HUNDRED_YEARS_MS, '5s').optional().openapi({
        description:
          'Runs so long after the latest enqueue of its key; needs key, excludes delay and run_at.',
      }),
      max_wait: duration(HUNDRED_YEARS_MS, '1m')
        .optional()
        .openapi({ description: 'But no longer than this after the first; needs debounce.' }),
      sequence: text(200)
        .optional()
        .openapi({ description: 'Jobs of one sequence run one at a time, in order.' }),
      headers: z
        .record(text(256), anyText(8192), { error: 'expected an object of strings' })
        .optional()
        .openapi({ description: 'Handed to the handler; traceparent links its trace.' }),
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
