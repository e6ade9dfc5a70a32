import { createRoute, z } from '@hono/zod-openapi';
import { answerHealth, answerReadiness } from '../answer-checks.ts';
import type { App, ReadinessCheck } from '../app-dependencies.ts';

const check = z.object({ ok: z.boolean(), detail: z.string().optional() });
const readiness = z.object({ status: z.enum(['ready', 'not_ready']), checks: z.record(z.string(), check) });

const healthRoute = createRoute({
  method: 'get',
  path: '/healthz',
  summary: 'Whether the process answers',
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
  summary: 'Whether the service can do its work now',
  responses: {
    200: { description: 'It can', content: { 'application/json': { schema: readiness } } },
    503: {
      description: 'It cannot; the checks say why',
      content: { 'application/json': { schema: readiness } },
    },
  },
});

/** Liveness, which asks nothing else, and readiness. */
export function addHealthRoutes(app: App, checkReadiness: ReadinessCheck): void {
  app.openapi(healthRoute, (c) => answerHealth(c));
  app.openapi(readyRoute, (c) => answerReadiness(c, checkReadiness));
}
