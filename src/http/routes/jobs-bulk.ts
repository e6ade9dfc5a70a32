import { createRoute } from '@hono/zod-openapi';
import { bulkReport, bulkRequest } from '../../wire/schemas/bulk.ts';
import { idempotencyKey } from '../../wire/schemas/idempotency-key.ts';
import { refusals } from '../../wire/schemas/problem.ts';
import type { App, AppDependencies } from '../app-dependencies.ts';
import { answerBulk } from '../commands/bulk-answer.ts';
import { operatorsOnly } from '../middleware/identify-caller.ts';
import { keepNumbers } from '../middleware/keep-numbers.ts';
import { limitBodyTo } from '../middleware/limit-body.ts';

const retryRoute = bulkRoute(
  'retryJobs',
  '/v1/jobs/bulk/retry',
  'Retry all jobs that fit: discarded and retryable unless told',
);
const cancelRoute = bulkRoute('cancelJobs', '/v1/jobs/bulk/cancel', 'Cancel all live jobs that fit');
const runNowRoute = bulkRoute(
  'runJobsNow',
  '/v1/jobs/bulk/run-now',
  'Make all jobs that fit and wait for their time available',
);
const discardRoute = bulkRoute('discardJobs', '/v1/jobs/bulk/discard', 'Discard all waiting jobs that fit');

/** What an operator does to many jobs by filter: counted first with dry_run, capped, in batches, with a report. */
export function addBulkRoutes(app: App, deps: AppDependencies) {
  return app
    .openapi(retryRoute, async (c) =>
      c.json(await answerBulk(c, deps, { action: 'retry', order: c.req.valid('json') }), 200),
    )
    .openapi(cancelRoute, async (c) =>
      c.json(await answerBulk(c, deps, { action: 'cancel', order: c.req.valid('json') }), 200),
    )
    .openapi(runNowRoute, async (c) =>
      c.json(await answerBulk(c, deps, { action: 'run_now', order: c.req.valid('json') }), 200),
    )
    .openapi(discardRoute, async (c) =>
      c.json(await answerBulk(c, deps, { action: 'discard', order: c.req.valid('json') }), 200),
    );
}

function bulkRoute<const Path extends string>(operationId: string, path: Path, summary: string) {
  return createRoute({
    method: 'post',
    path,
    operationId,
    tags: ['jobs'],
    summary,
    description:
      'In transactions of 1,000 jobs, the oldest first; what one did stands, whatever becomes of the next.',
    security: [{ bearer: [] }],
    middleware: [operatorsOnly, limitBodyTo(64), keepNumbers] as const,
    request: {
      headers: idempotencyKey,
      body: { required: true, content: { 'application/json': { schema: bulkRequest } } },
    },
    responses: {
      200: { description: 'What was done', content: { 'application/json': { schema: bulkReport } } },
      ...refusals({ 404: 'No job fits, and there is no such queue or task' }),
    },
  });
}
