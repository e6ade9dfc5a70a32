import { html } from 'hono/html';
import type { Html } from '../../http/pages/layout.ts';
import type { JobSummary } from '../../look/job.ts';
import { listJobs } from '../../look/list-jobs.ts';
import { unlessLocked } from '../../look/within-time.ts';
import { listWorkers, type Worker } from '../../look/workers.ts';
import type { DashboardApp, DashboardDependencies } from '../dependencies.ts';
import { breakable } from '../parts/breakable.ts';
import { empty } from '../parts/empty.ts';
import { table } from '../parts/table.ts';
import { span } from '../parts/time.ts';
import { unread } from '../parts/unread.ts';
import { workerTable } from '../parts/worker-table.ts';
import type { Content } from '../shell/layout.ts';
import { shareRedraws } from '../shell/share-redraws.ts';
import { showPage } from '../shell/show-page.ts';
import type { View } from '../shell/view.ts';

/** Running jobs that are shown; a fleet that runs more has them on the page of jobs. */
const MOST_RUNNING = 100;

/** Who runs jobs, and which. */
export function addWorkersPage(app: DashboardApp, deps: DashboardDependencies): void {
  const share = shareRedraws<Awaited<ReturnType<typeof readFleet>>>();
  app.get(
    '/dashboard/workers',
    showPage(deps, async (c, view) => {
      const [workers, running] = await share(c, () => readFleet(deps));
      return workersPage(view, workers, running?.jobs);
    }),
  );
}

function readFleet({ db }: DashboardDependencies) {
  const running = unlessLocked(db, (tx) => listJobs(tx, { states: ['running'] }, { limit: MOST_RUNNING }));
  return Promise.all([listWorkers(db), running]);
}

/** @param running undefined where they cannot be read right now */
function workersPage(
  view: View,
  workers: readonly Worker[],
  running: readonly JobSummary[] | undefined,
): Content {
  const { workers: texts } = view.texts;
  const body = html`<h1>${texts.title}</h1>
${workers.length === 0 ? empty(texts.none) : workerTable(view, workers)}
<h2>${texts.running}</h2>
${runningJobs(view, running, workers)}`;
  return { title: texts.title, page: 'workers', body };
}

function runningJobs(
  view: View,
  running: readonly JobSummary[] | undefined,
  workers: readonly Worker[],
): Html {
  if (running === undefined) return unread(view);
  return running.length === 0 ? empty(view.texts.workers.idle) : runningTable(view, running, workers);
}

function runningTable(view: View, jobs: readonly JobSummary[], workers: readonly Worker[]): Html {
  const { columns } = view.texts.workers;
  const hosts = new Map(
    workers.map(({ poolId, host, pid }) => [poolId, pid === null ? host : `${host} ${pid}`]),
  );
  const oldestFirst = [...jobs].sort((a, b) => Number(a.startedAt) - Number(b.startedAt));
  return table(oldestFirst, [
    { name: columns.job, cell: ({ id }) => html`<a href="${view.link(`jobs/${id}`)}">${id}</a>` },
    { name: columns.task, cell: ({ task }) => task },
    {
      name: columns.queue,
      cell: ({ queue }) =>
        html`<a href="${view.link(`queues/${encodeURIComponent(queue)}`)}">${breakable(queue)}</a>`,
    },
    {
      name: columns.age,
      isNumber: true,
      cell: ({ startedAt }) => (startedAt ? span(view, view.now.getTime() - startedAt.getTime()) : ''),
    },
    { name: columns.worker, cell: ({ worker }) => hosts.get(worker) ?? worker ?? '' },
  ]);
}
