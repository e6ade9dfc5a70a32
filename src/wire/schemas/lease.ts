import { z } from '@hono/zod-openapi';
import { duration } from './duration.ts';
import { answeredInstant } from './instant.ts';
import { anyText, text } from './text.ts';

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;

/** Shortest and longest that a lease lives without a word; a minute unless told. */
const MIN_LEASE_MS = 5 * SECOND_MS;
export const DEFAULT_LEASE_MS = 60 * SECOND_MS;

/** Jobs of a lease at once, at most. */
const MAX_JOBS = 100;

const MAX_TASKS = 100;

const WORKER = { error: 'expected 1 to 100 of A-Z a-z 0-9 . _ : @ -, the first a letter or digit' };
const WORKER_NAME = /^[A-Za-z0-9][A-Za-z0-9._:@-]{0,99}$/;
const JOBS = { error: `expected a whole number 1 to ${MAX_JOBS}` };
const TASKS = { error: `expected 1 to ${MAX_TASKS} names of tasks` };
const RUN = { error: 'expected the run of a leased job' };
const RUNS = { error: `expected a list of at most ${MAX_JOBS} runs of leased jobs` };
const LEASE = { error: 'expected the id of a lease' };
const TOO_SHORT = { error: 'expected a duration of at least 5s, e.g. 60s' };
const PERCENT = { error: 'expected a number 0 to 100' };
const OUTCOMES = ['retry', 'discard', 'cancel', 'snooze', 'return'] as const;

const runId = z
  .string(RUN)
  .regex(/^[1-9]\d{0,17}-\d{1,18}$/, RUN)
  .openapi({ example: '4711-1795601720123456' });

const runs = z.array(runId, RUNS).max(MAX_JOBS, RUNS).openapi({
  description:
    'Those that the worker has under way. What the lease holds beside them is given back once it has done so for its duration.',
});

const maxJobs = z.int(JOBS).min(1, JOBS).max(MAX_JOBS, JOBS);

const wait = duration(60 * SECOND_MS, '20s')
  .optional()
  .openapi({
    description: 'Answer as soon as there is a job, after so long at the latest. At once unless told.',
  });

/** The lease in an address. */
export const leaseParameter = z.object({ id: z.uuid(LEASE) });

/** The run in an address. */
export const leasedRunParameter = z.object({ id: z.uuid(LEASE), run: runId });

export const newLease = z
  .strictObject({
    worker: z.string(WORKER).regex(WORKER_NAME, WORKER).openapi({
      example: 'reports-1',
      description: 'Names the worker wherever workers and jobs are shown.',
    }),
    tasks: z
      .array(text(128), TASKS)
      .min(1, TASKS)
      .max(MAX_TASKS, TASKS)
      .openapi({ example: ['render_report'], description: 'Whose jobs it takes.' }),
    queue: text(40)
      .optional()
      .openapi({ description: 'Where their jobs are; the home queue of the tasks unless told.' }),
    max_jobs: maxJobs.optional().openapi({ description: 'Jobs that the worker has at once; 1 unless told.' }),
    duration: duration(HOUR_MS, '60s')
      .refine((ms) => ms >= MIN_LEASE_MS, TOO_SHORT)
      .optional()
      .openapi({ description: 'For how long the lease lives without a request; 5s to 1h, 60s unless told.' }),
    wait,
  })
  .openapi('NewLease');

export const takeRequest = z
  .strictObject({
    runs,
    max_jobs: maxJobs.optional().openapi({ description: 'As many as it has places for unless told.' }),
    wait,
  })
  .openapi('TakeJobs');

export const heartbeat = z.strictObject({ runs }).openapi('LeaseHeartbeat');

export const progress = z
  .strictObject({
    percent: z.number(PERCENT).min(0, PERCENT).max(100, PERCENT).openapi({ example: 50 }),
    message: text(500).optional(),
  })
  .openapi('RunProgress');

export const completion = z
  .strictObject({
    result: z
      .unknown()
      .optional()
      .openapi({ description: 'Any JSON, kept with the job; nothing unless told.' }),
  })
  .openapi('RunCompletion');

export const failure = z
  .strictObject({
    outcome: z
      .enum(OUTCOMES, { error: `expected one of ${OUTCOMES.join(', ')}` })
      .optional()
      .openapi({
        description:
          'retry (as long as the job has retries; unless told), discard (no retry can mend it), cancel (it is not wanted any more), snooze (later, and the attempt does not count; takes after), return (as it was, the attempt does not count; a worker that stops).',
      }),
    after: duration(100 * YEAR_MS, '10m')
      .optional()
      .openapi({
        description: 'When it is run next, of retry and snooze; a retry waits longer each time unless told.',
      }),
    error: z
      .strictObject({
        message: anyText(4_000),
        name: text(200).optional().openapi({ description: 'Its class; Error unless told.' }),
        stack: anyText(10_000).optional(),
      })
      .optional()
      .openapi({ description: 'What went wrong, without secrets: it is shown, and kept with the job.' }),
  })
  .refine(({ outcome, after }) => outcome !== 'snooze' || after !== undefined, {
    path: ['after'],
    error: 'expected a duration with the outcome snooze, e.g. 10m',
  })
  .refine(({ outcome = 'retry', after }) => after === undefined || ['retry', 'snooze'].includes(outcome), {
    path: ['after'],
    error: 'expected none but with the outcomes retry and snooze',
  })
  .openapi('RunFailure');

const lease = z
  .object({
    id: z.uuid(),
    worker: z.string(),
    queue: z.string(),
    max_jobs: z.int(),
    duration_ms: z
      .int()
      .openapi({ description: 'For how long it lives without a request.', example: 60_000 }),
    expires_at: answeredInstant.openapi({
      description: 'When it ends unless the worker is heard of before.',
    }),
    is_paused: z
      .boolean()
      .openapi({ description: 'Whether its queue is, which hands out no job meanwhile.' }),
  })
  .openapi('Lease');

const leasedJob = z
  .object({
    id: z.string().openapi({ description: 'The same in every run: make effects idempotent by it.' }),
    run: z.string().openapi({ description: 'This run of it, which is completed or failed.' }),
    task: z.string(),
    attempt: z.int().openapi({ description: 'Which run this is, from 1.' }),
    max_attempts: z.int(),
    payload: z.unknown(),
    headers: z.record(z.string(), z.string()),
    sequence: z.string().nullable(),
    deadline: answeredInstant.nullable(),
    timeout_ms: z
      .int()
      .openapi({ description: 'Limit of the run, for the worker to keep; 0 for none.', example: 30_000 }),
    run_at: answeredInstant,
    created_at: answeredInstant,
    started_at: answeredInstant,
  })
  .openapi('LeasedJob');

export const takenJobs = z
  .object({
    lease,
    jobs: z.array(leasedJob).openapi({ description: 'In the order in which they should begin.' }),
  })
  .openapi('TakenJobs');

const STOP = 'Stop working on them.';

export const extendedLease = z
  .object({
    lease,
    cancelled: z.array(z.string()).openapi({ description: `Runs whose job somebody cancelled. ${STOP}` }),
    lost: z.array(z.string()).openapi({ description: `Runs that are not the lease's any more. ${STOP}` }),
  })
  .openapi('ExtendedLease');

export const reportedProgress = z
  .object({ is_cancelled: z.boolean().openapi({ description: 'Whether the job is: stop working on it.' }) })
  .openapi('ReportedProgress');

export const endedRun = z
  .object({
    job: z.object({
      id: z.string(),
      state: z.enum(['completed', 'cancelled', 'discarded', 'waiting']).openapi({
        description:
          'waiting: it runs again. cancelled also for one that was completed and had been cancelled before.',
      }),
    }),
    is_repeat: z
      .boolean()
      .openapi({ description: 'It had ended so already, by a request whose answer was lost.' }),
  })
  .openapi('EndedRun');
