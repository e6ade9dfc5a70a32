import { createRoute, z } from '@hono/zod-openapi';
import { listWorkers } from '../../look/workers.ts';
import { presentWorker } from '../../wire/present-fleet.ts';
import { worker } from '../../wire/schemas/fleet.ts';
import { refusals } from '../../wire/schemas/problem.ts';
import type { App, AppDependencies } from '../app-dependencies.ts';
import { readersOnly } from '../middleware/identify-caller.ts';

const route = createRoute({
  method: 'get',
  path: '/v1/workers',
  tags: ['fleet'],
  operationId: 'listWorkers',
  summary: 'Every worker that lives: one queue’s pool in one process',
  description: 'What each does and knows, as its latest heartbeat told.',
  security: [{ bearer: [] }],
  middleware: readersOnly,
  responses: {
    200: {
      description: 'By queue and age',
      content: { 'application/json': { schema: z.object({ workers: z.array(worker) }) } },
    },
    ...refusals(),
  },
});

export function addWorkerRoutes(app: App, { db }: AppDependencies) {
  return app.openapi(route, async (c) =>
    c.json({ workers: (await listWorkers(db)).map(presentWorker) }, 200),
  );
}
