import { HowdahError } from '../../errors.ts';
import { refuseNoProducer } from '../../http/middleware/identify-caller.ts';
import { getTask, listTasks } from '../../look/tasks.ts';
import { refuseInvalid } from '../../wire/describe-mistakes.ts';
import { enqueueRecorded, toNewJobs } from '../../wire/enqueue-requested.ts';
import { newJob } from '../../wire/schemas/new-job.ts';
import type { DashboardApp, DashboardDependencies } from '../dependencies.ts';
import { shareRedraws } from '../shell/share-redraws.ts';
import { showPage } from '../shell/show-page.ts';
import { type Form, takeCommand } from '../shell/take-command.ts';
import { readPayload } from './payload-form.ts';
import { taskPage } from './task-page.ts';
import { tasksPage } from './tasks-page.ts';

/** The catalogue: every task, and for each a form that enqueues one by hand. */
export function addTaskPages(app: DashboardApp, deps: DashboardDependencies): void {
  const { db, distributor, beforeEnqueue } = deps;
  const shareTasks = shareRedraws<Awaited<ReturnType<typeof listTasks>>>();
  const shareTask = shareRedraws<Awaited<ReturnType<typeof getTask>>>();
  app.get(
    '/dashboard/tasks',
    showPage(deps, async (c, view) => tasksPage(view, await shareTasks(c, () => listTasks(db)))),
  );
  app.get(
    '/dashboard/tasks/:name',
    showPage(deps, async (c, view) =>
      taskPage(view, await shareTask(c, () => getTask(db, c.req.param('name') ?? ''))),
    ),
  );
  app.post(
    '/dashboard/tasks/:name/enqueue',
    takeCommand(
      deps,
      async ({ c, form, change }) => {
        refuseNoProducer(c.var);
        const task = await getTask(db, c.req.param('name') ?? '');
        const jobs = await toNewJobs(deps, [
          toRequest(task.name, form, readPayload(task.payloadSchema, form)),
        ]);
        await beforeEnqueue?.();
        return change(async (tx) => {
          const [job] = await enqueueRecorded(tx, distributor, jobs);
          return { what: 'enqueued', at: `jobs/${job?.id}` };
        });
      },
      async ({ c, form }, view, error) =>
        taskPage(view, await getTask(db, c.req.param('name') ?? ''), { form, error }),
    ),
  );
}

/** @throws {HowdahError} `invalid_request` for an option that is none */
function toRequest(task: string, form: Form, payload: unknown) {
  const data = Object.fromEntries(
    Object.entries({
      task,
      queue: form.optional('queue'),
      delay: form.optional('delay'),
      key: form.optional('unique'),
    }).filter(([, value]) => value !== undefined),
  );
  const parsed = newJob.safeParse(data);
  refuseInvalid({ ...parsed, data });
  if (!parsed.success) throw new HowdahError('invalid_request');
  return { ...parsed.data, payload };
}
