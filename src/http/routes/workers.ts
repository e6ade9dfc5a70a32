import { createRoute, z } from '@hono/zod-openapi';
import { readBrokers } from '../../look/brokers.ts';
import { listWorkers } from '../../look/workers.ts';
import { presentBroker, presentWorker } from '../../wire/present-fleet.ts';
import { brokerState, worker } from '../../wire/schemas/fleet.ts';
import { refusals } from '../../wire/schemas/problem.ts';
import type { App, AppDependencies } from '../app-dependencies.ts';
import { readersOnly } from '../middleware/identify-caller.ts';

const listed = z.object({
  workers: z.array(worker),
  brokers: z
    .array(brokerState)
    .openapi({ description: 'Those that jobs go to, by name, for the whole fleet.' }),
});

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
      content: { 'application/json': { schema: listed } },
    },
    ...refusals(),
  },
});

export function addWorkerRoutes(app: App, { db }: AppDependencies) {
  return app.openapi(route, async (c) => {
    const [workers, brokers] = [await listWorkers(db), await readBrokers(db)];
    return c.json({ workers: workers.map(presentWorker), brokers: brokers.map(presentBroker) }, 200);
  });
}
