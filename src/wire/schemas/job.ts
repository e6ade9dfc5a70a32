import { z } from '@hono/zod-openapi';
import { FINISHED_STATES, LIVE_STATES } from '../../look/job.ts';
import { answeredInstant } from './instant.ts';

const STATES = [...LIVE_STATES, ...FINISHED_STATES] as const;

export const jobState = z
  .enum(STATES, { error: `expected one of ${STATES.join(', ')}` })
  .openapi('JobState', {
    description:
      'scheduled (for later), available, running, retryable (failed, waiting), completed, discarded (will not run again) or cancelled.',
  });

const JOB_ID = { error: 'expected the id of a job: a positive whole number' };

export const jobId = z
  .string(JOB_ID)
  .regex(/^[1-9]\d{0,17}$/, JOB_ID)
  .openapi({ example: '4711' });

/** The job in an address. */
export const jobParameter = z.object({ id: jobId });

export const jobSummary = z
  .object({
    id: z.string().openapi({ description: 'Unique across queues; grows with time.' }),
    queue: z.string(),
    task: z.string(),
    state: jobState,
    priority: z.int().openapi({ description: 'Smaller runs first.' }),
    attempt: z.int().openapi({ description: 'Runs so far, the present one included.' }),
    max_attempts: z.int().openapi({ description: 'Runs at most: retries + 1.' }),
    run_at: answeredInstant
      .nullable()
      .openapi({ description: 'Earliest next run; null behind another job of its sequence.' }),
    created_at: answeredInstant,
    started_at: answeredInstant
      .nullable()
      .openapi({ description: 'When a worker took it for its latest run; null while it waits.' }),
    finished_at: answeredInstant.nullable(),
    duration_ms: z.number().nullable().openapi({ description: 'From started_at to finished_at.' }),
    worker: z
      .string()
      .nullable()
      .openapi({ description: 'pool_id of the worker that has or ended it; null while it waits.' }),
    last_error: z.string().nullable(),
    progress: z.number().nullable().openapi({ description: 'Percent.' }),
    progress_message: z.string().nullable(),
    key: z.string().nullable(),
    sequence: z.string().nullable(),
    deadline: answeredInstant.nullable(),
    timeout: z
      .string()
      .nullable()
      .openapi({ description: 'Limit of one run, 0s for none; null for the task’s.', example: '30s' }),
    expires_at: answeredInstant
      .nullable()
      .openapi({ description: 'From when on the finished job may be removed.' }),
  })
  .openapi('JobSummary');

const jobError = z
  .object({
    attempt: z.int(),
    name: z.string(),
    message: z.string(),
    stack: z.string().nullable(),
    worker: z.string().nullable(),
    failed_at: answeredInstant,
    decision: z.enum(['retry', 'discard', 'cancel']),
    retry_at: answeredInstant.nullable(),
  })
  .openapi('JobError');

export const job = jobSummary
  .extend({
    payload: z.unknown().openapi({ description: '"[redacted]" for the viewer token.' }),
    result: z
      .unknown()
      .openapi({ description: 'What the handler returned; "[redacted]" for the viewer token.' }),
    result_note: z.string().nullable().openapi({
      description:
        'What of the result could not be kept, by place; null when nothing. "[redacted]" for the viewer token.',
    }),
    headers: z.union([z.record(z.string(), z.string()), z.literal('[redacted]')]).nullable(),
    errors: z.array(jobError).openapi({ description: 'Failed runs, the latest 100, oldest first.' }),
  })
  .openapi('Job');

export const jobExplanation = z
  .object({
    state: jobState,
    cause: z.string().openapi({ description: 'One word for programs.', example: 'paused' }),
    explanation: z.string(),
    remedy: z.string().openapi({ description: 'What would change it.' }),
  })
  .openapi('JobExplanation');

/** What a command on one job answers. */
export const changedJob = z
  .object({ job: z.object({ id: z.string(), state: jobState }) })
  .openapi('ChangedJob');
