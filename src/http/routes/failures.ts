import { createRoute } from '@hono/zod-openapi';
import { readFailures } from '../../look/failure-groups.ts';
import { presentFailure } from '../../wire/present-failure.ts';
import { failureGroups, failureQuery } from '../../wire/schemas/failure.ts';
import { refusals } from '../../wire/schemas/problem.ts';
import type { App, AppDependencies } from '../app-dependencies.ts';
import { readersOnly } from '../middleware/identify-caller.ts';

const listRoute = createRoute({
  method: 'get',
  path: '/v1/failures',
  tags: ['failures'],
  operationId: 'listFailures',
  summary: 'Jobs that failed, grouped by task and error, the largest group first',
  description:
    'Those that are discarded, or failed and have not ended. Numbers, ids, addresses and quoted texts are taken out of an error first. `failure` of a filter finds the jobs of a group, and acts on them.',
  security: [{ bearer: [] }],
  middleware: readersOnly,
  request: { query: failureQuery },
  responses: {
    200: { description: 'The groups', content: { 'application/json': { schema: failureGroups } } },
    ...refusals(),
  },
});

/** Failures by their cause. */
export function addFailureRoutes(app: App, { db }: AppDependencies) {
  return app.openapi(listRoute, async (c) => {
    const { limit } = c.req.valid('query');
    const { groups, isCapped } = await readFailures(db, { maxGroups: limit });
    return c.json({ failures: groups.map(presentFailure), capped: isCapped }, 200);
  });
}
