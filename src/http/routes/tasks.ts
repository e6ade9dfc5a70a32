import { createRoute, z } from '@hono/zod-openapi';
import { listTasks } from '../../look/tasks.ts';
import { presentTask } from '../../wire/present-fleet.ts';
import { task } from '../../wire/schemas/fleet.ts';
import { refusals } from '../../wire/schemas/problem.ts';
import type { App, AppDependencies } from '../app-dependencies.ts';
import { readersOnly } from '../middleware/identify-caller.ts';

const route = createRoute({
  method: 'get',
  path: '/v1/tasks',
  tags: ['fleet'],
  operationId: 'listTasks',
  summary: 'Every task that can be enqueued, with its defaults and the schema of its payload',
  description: 'As the newest process that knows it has announced it.',
  security: [{ bearer: [] }],
  middleware: readersOnly,
  responses: {
    200: {
      description: 'By name',
      content: { 'application/json': { schema: z.object({ tasks: z.array(task) }) } },
    },
    ...refusals(),
  },
});

export function addTaskRoutes(app: App, { db }: AppDependencies) {
  return app.openapi(route, async (c) => c.json({ tasks: (await listTasks(db)).map(presentTask) }, 200));
}
