import { createRoute, z } from '@hono/zod-openapi';
import { answerHealth, answerReadiness } from '../answers/answer-checks.ts';
import type { App, AppDependencies } from '../app-dependencies.ts';
import { detailCheck } from '../callers/detail-check.ts';

const check = z.object({ ok: z.boolean(), detail: z.string().optional() });
const readiness = z.object({ status: z.enum(['ready', 'not_ready']), checks: z.record(z.string(), check) });

const healthRoute = createRoute({
  method: 'get',
  path: '/healthz',
  operationId: 'getHealth',
  tags: ['service'],
  summary: 'Whether the process answers',
  description: 'Asks nothing else, not even the database: for liveness probes.',
  security: [],
  responses: {
    200: {
      description: 'It does',
      content: { 'application/json': { schema: z.object({ status: z.literal('ok') }) } },
    },
  },
});

const readyRoute = createRoute({
  method: 'get',
  path: '/readyz',
  operationId: 'getReadiness',
  tags: ['service'],
  summary: 'Whether the service can do its work now',
  description:
    'Of a check that fails, `detail` says why, to a request with a token or from the machine itself. The database is asked once a second at most, however many ask.',
  security: [],
  responses: {
    200: { description: 'It can', content: { 'application/json': { schema: readiness } } },
    503: {
      description: 'It cannot; the checks say what fails',
      content: { 'application/json': { schema: readiness } },
    },
  },
});

/** Liveness, which asks nothing else, and readiness. */
export function addHealthRoutes(
  app: App,
  {
    checkReadiness,
    adminToken,
    viewerToken,
  }: Pick<AppDependencies, 'checkReadiness' | 'adminToken' | 'viewerToken'>,
): void {
  const seesDetails = detailCheck([adminToken, viewerToken]);
  app.openapi(healthRoute, (c) => answerHealth(c));
  app.openapi(readyRoute, (c) => answerReadiness(c, checkReadiness, seesDetails));
}
