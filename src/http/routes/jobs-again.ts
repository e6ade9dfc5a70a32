import { createRoute, z } from '@hono/zod-openapi';
import { HowdahError } from '../../errors.ts';
import { readRelated } from '../../look/related-jobs.ts';
import { enqueueAgain } from '../../wire/enqueue-again.ts';
import { presentJob, presentSummary } from '../../wire/present-job.ts';
import { idempotencyKey } from '../../wire/schemas/idempotency-key.ts';
import { job, jobParameter, jobSummary } from '../../wire/schemas/job.ts';
import { refusals } from '../../wire/schemas/problem.ts';
import type { App, AppDependencies } from '../app-dependencies.ts';
import { mutate } from '../commands/mutate.ts';
import { allowNoBody } from '../middleware/allow-no-body.ts';
import { producersOnly, readersOnly } from '../middleware/identify-caller.ts';
import { keepNumbers } from '../middleware/keep-numbers.ts';
import { limitBodyTo } from '../middleware/limit-body.ts';
import { mountPathOf } from '../mount-path.ts';

const againRequest = z
  .strictObject({
    payload: z
      .unknown()
      .optional()
      .openapi({ description: 'Any JSON; checked by the task’s schema. The old job’s unless given.' }),
  })
  .openapi('EnqueueAgain');

const againRoute = createRoute({
  method: 'post',
  path: '/v1/jobs/{id}/enqueue-again',
  tags: ['jobs'],
  operationId: 'enqueueJobAgain',
  summary: 'Enqueue a job like this one, with another payload or the same',
  description:
    'With its task, queue and options; but for a deadline that has passed, a unique key and a retention. The audit log links the two.',
  security: [{ bearer: [] }],
  middleware: [producersOnly, limitBodyTo(1024), allowNoBody, keepNumbers] as const,
  request: {
    params: jobParameter,
    headers: idempotencyKey,
    body: { required: false, content: { 'application/json': { schema: againRequest } } },
  },
  responses: {
    201: {
      description: 'Enqueued; Location is its address',
      headers: z.object({ Location: z.string() }),
      content: { 'application/json': { schema: z.object({ job }) } },
    },
    ...refusals({ 404: 'No such job or task', 409: 'Another job has its key (details.job_id)' }),
  },
});

const summaries = z.array(jobSummary);
const relatedRoute = createRoute({
  method: 'get',
  path: '/v1/jobs/{id}/related',
  tags: ['jobs'],
  operationId: 'listRelatedJobs',
  summary: 'Jobs that have something in common with one: key, sequence, trace',
  description:
    'The newest 20 of each. Of a sequence and of a trace those that were enqueued near it: at most 10,000 ids away.',
  security: [{ bearer: [] }],
  middleware: readersOnly,
  request: { params: jobParameter },
  responses: {
    200: {
      description: 'They',
      content: {
        'application/json': {
          schema: z
            .object({
              key: summaries.openapi({ description: 'Of the same task, with the same key.' }),
              sequence: summaries,
              trace: summaries.openapi({ description: 'Enqueued in the same trace.' }),
              again_of: z.string().nullable().openapi({ description: 'The job that it is, enqueued again.' }),
              again: z.array(z.string()).openapi({ description: 'Jobs that it was enqueued again as.' }),
            })
            .openapi('RelatedJobs'),
        },
      },
    },
    ...refusals({ 404: 'No such job' }),
  },
});

/** Jobs beside one: enqueued again, or with something in common. */
export function addAgainRoutes(app: App, deps: AppDependencies) {
  const { db, distributor } = deps;
  return app
    .openapi(againRoute, async (c) => {
      await deps.beforeEnqueue?.();
      const { id } = c.req.valid('param');
      const { payload } = c.req.valid('json');
      const body = await mutate(c, db, async (tx) => ({
        job: presentJob(await enqueueAgain(tx, { sources: deps, distributor, id, payload }), 'admin'),
      }));
      c.header('Location', `${mountPathOf(c)}/v1/jobs/${body.job.id}`);
      return c.json(body, 201);
    })
    .openapi(relatedRoute, async (c) => {
      const { id } = c.req.valid('param');
      const found = await readRelated(db, id);
      if (!found) throw new HowdahError('job_not_found', { detail: `There is no job ${id}` });
      const { key, sequence, trace, againOf, again } = found;
      return c.json(
        {
          key: key.map(presentSummary),
          sequence: sequence.map(presentSummary),
          trace: trace.map(presentSummary),
          again_of: againOf,
          again,
        },
        200,
      );
    });
}
