import { createRoute, z } from '@hono/zod-openapi';
import { listSchedules } from '../../look/schedules.ts';
import { presentSchedule } from '../../wire/present-fleet.ts';
import { schedule } from '../../wire/schemas/fleet.ts';
import { refusals } from '../../wire/schemas/problem.ts';
import type { App, AppDependencies } from '../app-dependencies.ts';
import { readersOnly } from '../middleware/identify-caller.ts';

const route = createRoute({
  method: 'get',
  path: '/v1/schedules',
  tags: ['fleet'],
  operationId: 'listSchedules',
  summary: 'The entries of the applications’ crontabs, with their last and next run',
  description: 'Each entry enqueues its task whenever its cron expression, in UTC, comes round.',
  security: [{ bearer: [] }],
  middleware: readersOnly,
  responses: {
    200: {
      description: 'By name',
      content: { 'application/json': { schema: z.object({ schedules: z.array(schedule) }) } },
    },
    ...refusals(),
  },
});

export function addScheduleRoutes(app: App, { db }: AppDependencies) {
  return app.openapi(route, async (c) => {
    const schedules = await listSchedules(db);
    return c.json({ schedules: schedules.map((each) => presentSchedule(each, c.var.caller)) }, 200);
  });
}
