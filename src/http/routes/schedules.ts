import { createRoute, z } from '@hono/zod-openapi';
import { listSchedules } from '../../inspect/schedules.ts';
import type { App, AppDependencies } from '../app-dependencies.ts';
import { readersOnly } from '../middleware/identify-caller.ts';
import { iso, REDACTED } from '../present-job.ts';
import { schedule } from '../schemas/fleet.ts';
import { refusals } from '../schemas/problem.ts';

const route = createRoute({
  method: 'get',
  path: '/v1/schedules',
  tags: ['fleet'],
  summary: 'The entries of the crontab, with their last and next run',
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
    const schedules = (await listSchedules(db)).map(({ lastRunAt, nextRunAt, payload, ...rest }) => ({
      ...rest,
      payload: c.var.caller === 'admin' || payload === null ? payload : REDACTED,
      last_run_at: iso(lastRunAt),
      next_run_at: iso(nextRunAt),
    }));
    return c.json({ schedules }, 200);
  });
}
