import { createRoute, z } from '@hono/zod-openapi';
import type { Metrics } from '../../observability/metrics.ts';
import { problemResponse } from '../../wire/schemas/problem.ts';
import { answerMetrics } from '../answers/answer-checks.ts';
import type { App } from '../app-dependencies.ts';
import { type CallerSources, identifyCaller, readersOnly } from '../middleware/identify-caller.ts';

/** What serves metrics, and to whom. */
export interface MetricsAccess {
  readonly metrics: Metrics;
  /** Bearer tokens, each of which may read them; without any, nobody may. */
  readonly tokens: readonly (string | undefined)[];
}

/** GET /metrics. Queue and task names are nobody else's business, hence the token that every other read takes too. */
export function addMetricsRoute(app: App, metrics: Metrics, callers: CallerSources): void {
  const route = createRoute({
    method: 'get',
    path: '/metrics',
    operationId: 'getMetrics',
    tags: ['service'],
    summary: 'Metrics in the text format of Prometheus',
    description: 'What the process and the database count; docs/metrics.md has every name.',
    security: [{ bearer: [] }],
    middleware: [identifyCaller(callers), readersOnly] as const,
    responses: {
      200: { description: 'The metrics', content: { 'text/plain': { schema: z.string() } } },
      401: problemResponse('No valid viewer or admin token'),
    },
  });
  app.openapi(route, (c) => answerMetrics(c, metrics));
}
