import type { Database } from '../../db/database.ts';
import { refuseNoProducer } from '../../http/middleware/identify-caller.ts';
import { getTask, type KnownTask, listTasks } from '../../look/tasks.ts';
import { enqueueRecorded, toNewJobs } from '../../wire/enqueue-requested.ts';
import type { DashboardApp, DashboardDependencies } from '../dependencies.ts';
import { inReadersWords } from '../shell/page-error.ts';
import { shareRedraws } from '../shell/share-redraws.ts';
import { showPage } from '../shell/show-page.ts';
import { takeCommand } from '../shell/take-command.ts';
import { readPayload } from './payload-form.ts';
import { readOptions, sayUnknownQueue } from './read-options.ts';
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
      taskPage(view, await shareTask(c, () => readTask(db, c.req.param('name') ?? ''))),
    ),
  );
  app.post(
    '/dashboard/tasks/:name/enqueue',
    takeCommand(
      deps,
      async ({ c, form, change }) => {
        refuseNoProducer(c.var);
        const task = await readTask(db, c.req.param('name') ?? '');
        const options = readOptions(form);
        const payload = readPayload(task.payloadSchema, form);
        const jobs = await toNewJobs(deps, [{ task: task.name, ...options, payload }]);
        await beforeEnqueue?.();
        const done = change(async (tx) => {
          const [job] = await enqueueRecorded(tx, distributor, jobs);
          return { what: 'enqueued', at: `jobs/${job?.id}` };
        });
        return await done.catch((error) => Promise.reject(sayUnknownQueue(error, form)));
      },
      async ({ c, form }, view, error) =>
        taskPage(view, await getTask(db, c.req.param('name') ?? ''), { form, error }),
    ),
  );
}

/** @throws {HowdahError} `unknown_task` */
function readTask(db: Database, name: string): Promise<KnownTask> {
  return getTask(db, name).catch((error) => {
    throw inReadersWords(error, {
      unknown_task: (texts, said) => texts.unknownTask(JSON.stringify(name), said),
    });
  });
}
