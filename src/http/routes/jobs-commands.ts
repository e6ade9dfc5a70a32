import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { SqlClient } from '../../db/sql-client.ts';
import type { JobState } from '../../look/job.ts';
import { type CancelledJobs, withCancelled } from '../../operate/cancelled-jobs.ts';
import { cancelJob, discardJob, rescheduleJob, retryJob, runJobNow } from '../../operate/job-commands.ts';
import { idempotencyKey } from '../../wire/schemas/idempotency-key.ts';
import { exactInstant } from '../../wire/schemas/instant.ts';
import { changedJob, jobParameter } from '../../wire/schemas/job.ts';
import { refusals } from '../../wire/schemas/problem.ts';
import { someStates } from '../../wire/schemas/some-states.ts';
import { text } from '../../wire/schemas/text.ts';
import type { App, AppDependencies, AppEnv } from '../app-dependencies.ts';
import { mutateAtOnce } from '../commands/mutate.ts';
import { allowNoBody } from '../middleware/allow-no-body.ts';
import { operatorsOnly } from '../middleware/identify-caller.ts';
import { limitBodyTo } from '../middleware/limit-body.ts';

const reasonBody = z
  .strictObject({
    reason: text(500).optional().openapi({ description: 'Becomes the job’s last error.' }),
  })
  .openapi('Reason');

const rescheduleBody = z.strictObject({ run_at: exactInstant }).openapi('Reschedule');
const noBody = z.strictObject({}).openapi('Nothing');

const retryBody = z
  .strictObject({
    state: someStates.optional().openapi({
      description: 'Only while it is in this state, or in one of these; else 409, and nothing is done.',
    }),
  })
  .openapi('Retry');

const withReason = { required: false, content: { 'application/json': { schema: reasonBody } } };

const retryRoute = commandRoute(
  '/v1/jobs/{id}/retry',
  {
    operationId: 'retryJob',
    summary: 'Run a job again: a finished one anew, a waiting one now',
    description: 'A finished job keeps its id and its errors, and has all of its retries again.',
  },
  { required: false, content: { 'application/json': { schema: retryBody } } },
);
const runNowRoute = commandRoute('/v1/jobs/{id}/run-now', {
  operationId: 'runJobNow',
  summary: 'Make a waiting job available at once',
  description: 'Whatever it waits for: its time, or the wait before a retry.',
});
const cancelRoute = commandRoute(
  '/v1/jobs/{id}/cancel',
  {
    operationId: 'cancelJob',
    summary: 'Cancel a job; a running one gets its signal',
    description: 'A waiting job ends at once, a running one when its handler does, within a second or two.',
  },
  withReason,
);
const discardRoute = commandRoute(
  '/v1/jobs/{id}/discard',
  {
    operationId: 'discardJob',
    summary: 'Give a waiting job up',
    description: 'It ends as one that has no retries left, and can be retried like that.',
  },
  withReason,
);
const rescheduleRoute = commandRoute(
  '/v1/jobs/{id}/reschedule',
  {
    operationId: 'rescheduleJob',
    summary: 'Set when a waiting job runs next',
    description: 'An instant that has passed makes it available at once.',
  },
  { required: true, content: { 'application/json': { schema: rescheduleBody } } },
);

/** What an operator does to one job. */
export function addJobCommandRoutes(app: App, { db, events }: AppDependencies) {
  return app
    .openapi(retryRoute, async (c) => {
      const { id } = c.req.valid('param');
      const { state } = c.req.valid('json');
      return c.json(await run(c, id, (tx) => retryJob(tx, id, state && [state].flat())), 200);
    })
    .openapi(runNowRoute, async (c) => {
      const { id } = c.req.valid('param');
      return c.json(await run(c, id, (tx) => runJobNow(tx, id)), 200);
    })
    .openapi(cancelRoute, async (c) => {
      const { id } = c.req.valid('param');
      const { reason } = c.req.valid('json');
      const told: CancelledJobs[] = [];
      const body = await run(c, id, async (tx) => {
        const cancelled = await withCancelled(tx, id, cancelJob(tx, id, reason));
        told.push(...cancelled.cancelled);
        return cancelled.state;
      });
      for (const jobs of told) events.emit('jobs.cancelled', jobs);
      return c.json(body, 200);
    })
    .openapi(discardRoute, async (c) => {
      const { id } = c.req.valid('param');
      const { reason } = c.req.valid('json');
      return c.json(await run(c, id, (tx) => discardJob(tx, id, reason)), 200);
    })
    .openapi(rescheduleRoute, async (c) => {
      const { id } = c.req.valid('param');
      const { run_at: runAt } = c.req.valid('json');
      return c.json(await run(c, id, (tx) => rescheduleJob(tx, id, runAt)), 200);
    });

  function run(c: Context<AppEnv>, id: string, command: (tx: SqlClient) => Promise<JobState>) {
    return mutateAtOnce(c, db, async (tx) => ({ job: { id, state: await command(tx) } }));
  }
}

function commandRoute<const Path extends string, Schema extends z.ZodType = typeof noBody>(
  path: Path,
  about: { operationId: string; summary: string; description: string },
  body?: { required: boolean; content: { 'application/json': { schema: Schema } } },
) {
  const nothing = { required: false, content: { 'application/json': { schema: noBody } } };
  return createRoute({
    method: 'post',
    path,
    tags: ['jobs'],
    ...about,
    security: [{ bearer: [] }],
    middleware: [operatorsOnly, limitBodyTo(64), allowNoBody] as const,
    request: {
      params: jobParameter,
      headers: idempotencyKey,
      body: (body ?? nothing) as { content: { 'application/json': { schema: Schema } } },
    },
    responses: {
      200: {
        description: 'Done; the job’s state now',
        content: { 'application/json': { schema: changedJob } },
      },
      ...refusals({ 404: 'No such job', 409: 'The job is in no state for that' }),
    },
  });
}
