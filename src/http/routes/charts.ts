import { createRoute, z } from '@hono/zod-openapi';
import { readChart } from '../../look/chart.ts';
import { presentChartPoint } from '../../wire/present-chart.ts';
import { chartPoint, chartQuery } from '../../wire/schemas/chart.ts';
import { refusals } from '../../wire/schemas/problem.ts';
import type { App, AppDependencies } from '../app-dependencies.ts';
import { readersOnly } from '../middleware/identify-caller.ts';

const MINUTE_MS = 60_000;

const route = createRoute({
  method: 'get',
  path: '/v1/charts',
  tags: ['queues'],
  operationId: 'getChart',
  summary: 'What ended and failed over time, how long it waited and ran, and how deep queues were',
  description:
    'A point a step, oldest first, up to the last minute that a worker has counted. Kept by minute for two days and by hour for 30.',
  security: [{ bearer: [] }],
  middleware: readersOnly,
  request: { query: chartQuery },
  responses: {
    200: {
      description: 'The chart',
      content: { 'application/json': { schema: z.object({ points: z.array(chartPoint) }) } },
    },
    ...refusals({ 404: 'No such queue or task' }),
  },
});

export function addChartRoutes(app: App, { db }: AppDependencies) {
  return app.openapi(route, async (c) => {
    const { queue, task, since, step = MINUTE_MS } = c.req.valid('query');
    const points = await readChart(db, {
      ...(queue === undefined ? {} : { queue }),
      ...(task === undefined ? {} : { task }),
      ...(since === undefined ? {} : { since }),
      stepMs: step,
    });
    return c.json({ points: points.map(presentChartPoint) }, 200);
  });
}
