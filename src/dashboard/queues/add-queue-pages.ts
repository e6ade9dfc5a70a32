import type { Context, Handler } from 'hono';
import type { Database } from '../../db/database.ts';
import type { AppEnv } from '../../http/app-dependencies.ts';
import { type ChartQuery, readChart } from '../../look/chart.ts';
import { readTaskFigures } from '../../look/task-figures.ts';
import { listWorkers } from '../../look/workers.ts';
import { pauseQueue, removeQueue, resumeQueue, setFleetConcurrency } from '../../operate/queue-commands.ts';
import type { DashboardApp, DashboardDependencies } from '../dependencies.ts';
import type { Done } from '../shell/notice.ts';
import { inReadersWords, PageError, wrongField } from '../shell/page-error.ts';
import { shareRedraws } from '../shell/share-redraws.ts';
import { showPage } from '../shell/show-page.ts';
import { type Command, type Form, takeCommand } from '../shell/take-command.ts';
import { queuePage } from './queue-page.ts';
import { type QueuesQuery, queuesPage } from './queues-page.ts';
import { RANGES, rangeOf } from './ranges.ts';
import { sayInUse } from './say-in-use.ts';

/** All queues, and one of them with what can be done to it. */
export function addQueuePages(app: DashboardApp, deps: DashboardDependencies): void {
  const { db, readings } = deps;
  const share = shareRedraws<Awaited<ReturnType<typeof readQueue>>>();
  app.get(
    '/dashboard/queues',
    showPage(deps, async (c, view) =>
      queuesPage(view, (await readings.overview.get()).value.queues, toQueuesQuery(c)),
    ),
  );
  app.get(
    '/dashboard/queues/:name',
    showPage(deps, async (c, view) => {
      const name = c.req.param('name') ?? '';
      const range = rangeOf(c.req.query('range'));
      const { queues } = (await readings.overview.get()).value;
      const queue = queues.find((each) => each.queue === name);
      if (!queue)
        throw new PageError('unknown_queue', ({ queue: say }) => ({ detail: say(JSON.stringify(name)) }));
      const [points, tasks, workers] = await share(c, () =>
        readQueue(db, { queue: name, ...RANGES[range](view.now) }),
      );
      return queuePage(view, {
        ...{ queue, range, points, tasks },
        workers: workers.filter((worker) => worker.queue === name),
      });
    }),
  );
  addQueueCommands(app, deps);
}

function addQueueCommands(app: DashboardApp, deps: DashboardDependencies): void {
  app.post(
    '/dashboard/queues/:name/pause',
    ofQueue(deps, ({ c, form, change }, queue) =>
      change(async (tx) => {
        const who = c.var.actor ?? 'admin';
        const reason = form.reason();
        await pauseQueue(tx, queue, reason === undefined ? who : `${who}: ${reason}`);
        return { what: 'paused' };
      }),
    ),
  );
  app.post(
    '/dashboard/queues/:name/resume',
    ofQueue(deps, ({ change }, queue) =>
      change(async (tx) => {
        await resumeQueue(tx, queue);
        return { what: 'resumed' };
      }),
    ),
  );
  app.post(
    '/dashboard/queues/:name/limit',
    ofQueue(deps, ({ form, change }, queue) =>
      change(async (tx) => {
        await setFleetConcurrency(tx, queue, readLimit(form));
        return { what: 'limited' };
      }),
    ),
  );
  app.post(
    '/dashboard/queues/:name/remove',
    ofQueue(deps, ({ form, change }, queue) => {
      const isForced = form.optional('force') === 'true';
      const removed = change(async (tx) => {
        await removeQueue(tx, queue, { isForced });
        return { what: 'queue_removed', at: 'queues' };
      });
      return removed.catch(async (error) => {
        throw await sayInUse(error, { db: deps.db, queue, isForced });
      });
    }),
  );
}

/** What is done to the queue in the address. */
function ofQueue(
  deps: DashboardDependencies,
  run: (command: Command, queue: string) => Promise<Done>,
): Handler<AppEnv> {
  return takeCommand(deps, (command) => {
    const queue = command.c.req.param('name') ?? '';
    return run(command, queue).catch((error) => {
      throw inReadersWords(error, {
        unknown_queue: (texts, said) => texts.unknownQueue(JSON.stringify(queue), said),
      });
    });
  });
}

function toQueuesQuery(c: Context): QueuesQuery {
  const page = c.req.query('page') ?? '';
  return { name: c.req.query('name')?.trim() ?? '', page: /^[1-9]\d{0,5}$/.test(page) ? Number(page) : 1 };
}

function readQueue(db: Database, query: ChartQuery & { queue: string }) {
  return Promise.all([readChart(db, query), readTaskFigures(db, query.queue), listWorkers(db)]);
}

/** Nothing takes the limit away. @throws {HowdahError} `invalid_request` for what is no whole number from 1 on */
function readLimit(form: Form): number | null {
  const given = form.optional('limit');
  if (given === undefined) return null;
  if (/^[1-9]\d{0,8}$/.test(given)) return Number(given);
  throw wrongField('limit', { expected: (texts) => texts.limit, received: given });
}
