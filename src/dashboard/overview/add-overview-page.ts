import { html } from 'hono/html';
import type { Html } from '../../http/pages/layout.ts';
import { type QueueStats, readQueueStats } from '../../look/queue-stats.ts';
import { createThroughputMeter } from '../../look/throughput.ts';
import type { DashboardApp, DashboardDependencies } from '../dependencies.ts';
import { depthBar } from '../parts/depth-bar.ts';
import { count, shortCount } from '../parts/number.ts';
import { span } from '../parts/time.ts';
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
  const { texts } = view;
  const { isGood, sentence } = judge(view, queues);
  const whole = Math.max(0, ...queues.map(waitingAndRunning));
  return html`<h1 class="verdict ${isGood ? 'good' : 'bad'}">${sentence}</h1>
${figures(view, queues)}
<h2>${texts.overview.queues}</h2>
<table class="rows">
<thead><tr>${Object.values(texts.overview.columns).map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${queues.map((queue) => queueRow(view, queue, { whole, rate: rates.get(queue.queue) ?? null }))}</tbody>
</table>`;
}

function figures(view: View, queues: readonly QueueStats[]): Html {
  const { figures: names } = view.texts.overview;
  const sum = (pick: (queue: QueueStats) => number) =>
    queues.reduce((total, queue) => total + pick(queue), 0);
  const workers = sum(({ workerCount }) => workerCount);
  const isEstimate = queues.some((queue) => queue.isEstimate);
  return html`<dl class="figures">
<div><dt>${names.waiting}</dt><dd>${shortCount(view, sum(waiting), isEstimate)}</dd></div>
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

function queueRow(
  view: View,
  queue: QueueStats,
  { whole, rate }: { whole: number; rate: number | null },
): Html {
  const { texts, link } = view;
  const limit = Math.min(queue.concurrency, queue.fleetConcurrency ?? Number.POSITIVE_INFINITY);
  const depth = [
    ['running', queue.runningCount],
    ['available', queue.availableCount],
    ['retryable', queue.retryableCount],
    ['scheduled', queue.scheduledCount],
  ] as const;
  return html`<tr>
<th scope="row"><a href="${link(`queues/${encodeURIComponent(queue.queue)}`)}">${queue.queue}</a>
${queue.isPaused ? html`<span class="badge" title="${texts.overview.pausedBy(queue.pausedBy ?? '')}">${texts.overview.paused}</span>` : ''}</th>
<td class="wide">${depthBar(view, depth, whole)}<span class="quiet">${shortCount(view, waiting(queue), queue.isEstimate)}</span></td>
<td class="number">${count(view, queue.runningCount)} / ${count(view, limit)}</td>
<td class="number">${queue.oldestWaitSeconds < 1 ? '' : span(view, queue.oldestWaitSeconds * 1000)}</td>
<td class="number">${rate === null ? '' : count(view, rate)}</td>
<td class="number ${queue.workerCount === 0 ? 'bad' : ''}">${count(view, queue.workerCount)}</td>
</tr>`;
}

function waiting({ availableCount, scheduledCount, retryableCount }: QueueStats): number {
  return availableCount + scheduledCount + retryableCount;
}

function waitingAndRunning(queue: QueueStats): number {
  return waiting(queue) + queue.runningCount;
}
