import { html } from 'hono/html';
import type { Html } from '../../http/pages/layout.ts';
import { type QueueStats, readQueueStats } from '../../look/queue-stats.ts';
import { createThroughputMeter } from '../../look/throughput.ts';
import type { DashboardApp, DashboardDependencies } from '../dependencies.ts';
import { count, shortCount } from '../parts/number.ts';
import { queueTable, waitingCount } from '../parts/queue-table.ts';
import { showPage } from '../shell/show-page.ts';
import type { View } from '../shell/view.ts';
import { judge } from './judge.ts';

/** The first page: whether all is well, and a row for each queue. */
export function addOverviewPage(app: DashboardApp, deps: DashboardDependencies): void {
  const measure = createThroughputMeter();
  app.get(
    '/dashboard',
    showPage(deps, async (_, view) => {
      const queues = await readQueueStats(deps.db);
      const rates = measure(queues);
      return { title: view.texts.overview.title, page: 'overview', body: overview(view, queues, rates) };
    }),
  );
}

function overview(
  view: View,
  queues: readonly QueueStats[],
  rates: ReadonlyMap<string, number | null>,
): Html {
  const { isGood, sentence } = judge(view, queues);
  return html`<h1 class="verdict ${isGood ? 'good' : 'bad'}">${sentence}</h1>
${figures(view, queues)}
<h2>${view.texts.queues.title}</h2>
${queueTable(view, queues, rates)}`;
}

function figures(view: View, queues: readonly QueueStats[]): Html {
  const { figures: names } = view.texts.overview;
  const sum = (pick: (queue: QueueStats) => number) =>
    queues.reduce((total, queue) => total + pick(queue), 0);
  const workers = sum(({ workerCount }) => workerCount);
  const isEstimate = queues.some((queue) => queue.isEstimate);
  return html`<dl class="figures">
<div><dt>${names.waiting}</dt><dd>${shortCount(view, sum(waitingCount), isEstimate)}</dd></div>
<div><dt>${names.running}</dt><dd>${count(
    view,
    sum(({ runningCount }) => runningCount),
  )}</dd></div>
<div><dt>${names.retryable}</dt><dd>${shortCount(
    view,
    sum(({ retryableCount }) => retryableCount),
    isEstimate,
  )}</dd></div>
<div class="${workers === 0 ? 'bad figures-bad' : ''}"><dt>${names.workers}</dt><dd>${count(view, workers)}</dd></div>
</dl>`;
}
