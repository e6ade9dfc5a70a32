import { createRoute, z } from '@hono/zod-openapi';
import { standsAlone } from '../../db/connections/bounded-pool.ts';
import type { SqlClient } from '../../db/sql-client.ts';
import type { EnqueuedJob } from '../../enqueue/task-distributor.ts';
import { EnqueueTogether } from '../../operate/enqueue-together.ts';
import { enqueueOneFor, enqueueRecorded, toNewJobs } from '../../wire/enqueue-requested.ts';
import { presentJob } from '../../wire/present-job.ts';
import { idempotencyKey } from '../../wire/schemas/idempotency-key.ts';
import { job } from '../../wire/schemas/job.ts';
import { enqueuedJobs, newJob, newJobs } from '../../wire/schemas/new-job.ts';
import { refusals } from '../../wire/schemas/problem.ts';
import type { App, AppDependencies } from '../app-dependencies.ts';
import { actorOf } from '../callers/actor-of.ts';
import { mutateAtOnce, mutateTogether } from '../commands/mutate.ts';
import { producersOnly } from '../middleware/identify-caller.ts';
import { keepNumbers } from '../middleware/keep-numbers.ts';
import { limitBodyTo } from '../middleware/limit-body.ts';
import { mountPathOf } from '../mount-path.ts';

const CONFLICT =
  'A job with this unique key is there (details.job_id), or a request with this Idempotency-Key is at work';

const enqueueRoute = createRoute({
  method: 'post',
  path: '/v1/jobs',
  tags: ['jobs'],
  operationId: 'enqueueJob',
  summary: 'Enqueue a job',
  description: 'Options that are left out are the task’s. An Idempotency-Key makes it safe to send twice.',
  security: [{ bearer: [] }],
  middleware: [producersOnly, limitBodyTo(1024), keepNumbers] as const,
  request: {
    headers: idempotencyKey,
    body: { required: true, content: { 'application/json': { schema: newJob } } },
  },
  responses: {
    201: {
      description: 'Enqueued; Location is its address',
      headers: z.object({ Location: z.string() }),
      content: { 'application/json': { schema: z.object({ job }) } },
    },
    ...refusals({ 404: 'No such task or queue', 409: CONFLICT }),
  },
});

const batchRoute = createRoute({
  method: 'post',
  path: '/v1/jobs/batch',
  tags: ['jobs'],
  operationId: 'enqueueJobs',
  summary: 'Enqueue up to 10,000 jobs in one transaction, all or none',
  description: 'One job that is refused refuses all; the mistakes name it as jobs[index].',
  security: [{ bearer: [] }],
  middleware: [producersOnly, limitBodyTo(16 * 1024), keepNumbers] as const,
  request: {
    headers: idempotencyKey,
    body: { required: true, content: { 'application/json': { schema: newJobs } } },
  },
  responses: {
    201: {
      description: 'All enqueued',
      content: { 'application/json': { schema: enqueuedJobs } },
    },
    ...refusals({ 404: 'No such task or queue', 409: CONFLICT }),
  },
});

/** Enqueueing, one job or many. */
export function addEnqueueRoutes(app: App, deps: AppDependencies) {
  const { db, distributor } = deps;
  const together = standsAlone(db) ? new EnqueueTogether(db) : undefined;
  return app
    .openapi(enqueueRoute, async (c) => {
      await deps.beforeEnqueue?.();
      const [wanted] = await toNewJobs(deps, [c.req.valid('json')]);
      // A job that a key is taken from is cancelled in the name that the transaction has.
      const isKeyed = wanted.options?.key !== undefined;
      const work = async (tx: SqlClient) => {
        const written = await enqueueOneFor(tx, distributor, { job: wanted, actor: actorOf(c) });
        return { job: presentJob(written, 'admin') };
      };
      const body = await (isKeyed ? mutateAtOnce(c, db, work) : mutateTogether(c, { db, together }, work));
      c.header('Location', `${mountPathOf(c)}/v1/jobs/${body.job.id}`);
      return c.json(body, 201);
    })
    .openapi(batchRoute, async (c) => {
      await deps.beforeEnqueue?.();
      const jobs = await toNewJobs(deps, c.req.valid('json').jobs);
      const body = await mutateAtOnce(c, db, async (tx) => {
        const enqueued = await enqueueRecorded(tx, distributor, jobs);
        return { jobs: enqueued.map(present) };
      });
      return c.json(body, 201);
    });
}

function present({ id, task, queue, maxRetries, runAt }: EnqueuedJob) {
  return { id, task, queue, max_retries: maxRetries, run_at: runAt.toISOString() };
}
