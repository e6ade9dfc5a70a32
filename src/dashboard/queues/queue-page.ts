import { html } from 'hono/html';
import type { Html } from '../../http/pages/layout.ts';
import type { ChartPoint } from '../../look/chart.ts';
import type { OverviewQueue } from '../../look/overview.ts';
import type { QueueStats } from '../../look/queue-stats.ts';
import type { TaskFigures } from '../../look/task-figures.ts';
import type { Worker } from '../../look/workers.ts';
import { because } from '../overview/judge.ts';
import { breakable } from '../parts/breakable.ts';
import { commandForm } from '../parts/command-form.ts';
import { empty } from '../parts/empty.ts';
import { menu } from '../parts/menu.ts';
import { count } from '../parts/number.ts';
import { depthChart, rateChart, waitChart } from '../parts/queue-charts.ts';
import { queueTable } from '../parts/queue-table.ts';
import { shortRemedy } from '../parts/remedy.ts';
import { staleCharts } from '../parts/stale-charts.ts';
import { table } from '../parts/table.ts';
import { span, when } from '../parts/time.ts';
import { unread } from '../parts/unread.ts';
import { workerTable } from '../parts/worker-table.ts';
import type { Content } from '../shell/layout.ts';
import { MAX_REASON_LENGTH } from '../shell/max-reason-length.ts';
import type { View } from '../shell/view.ts';
import type { Range } from './ranges.ts';

/** What the page of a queue shows. */
export interface QueuePage {
  queue: OverviewQueue;
  range: Range;
  points: readonly ChartPoint[];
  tasks: readonly TaskFigures[];
  workers: readonly Worker[];
}

export function queuePage(view: View, { queue, range, points, tasks, workers }: QueuePage): Content {
  const { queues, overview } = view.texts;
  const body = html`<h1>${queue.queue}</h1>
${queue.isPaused ? pausedNotice(view, queue) : ''}
${queue.verdict.isBehind && !queue.isPaused ? html`<p class="trouble">${queues.behind(because(view, queue))} ${remedy(view, queue)}</p>` : ''}
${queue.verdict.oldest === 'unread' ? unread(view) : ''}
${queueTable(view, [queue])}
${facts(view, queue)}
${commands(view, queue)}
<p><a href="${view.link(`jobs?queue=${encodeURIComponent(queue.queue)}`)}">${queues.itsJobs}</a></p>
${rangeTabs(view, queue.queue, range)}
${range === 'hour' ? staleCharts(view, points) : ''}
${points.length === 0 ? empty(overview.noChart) : html`<div class="charts">${rateChart(view, points)}${waitChart(view, points)}${depthChart(view, points)}</div>`}
<h2>${queues.tasks}</h2>
${tasks.length === 0 ? empty(queues.noTask) : taskTable(view, tasks)}
<h2>${queues.servedBy}</h2>
${workers.length === 0 ? empty(queues.noWorker) : workerTable(view, workers)}`;
  return { title: queue.queue, page: 'queues', body };
}

function remedy(view: View, { verdict: { oldest } }: OverviewQueue): Html | string {
  return oldest === null || oldest === 'unread' ? '' : shortRemedy(view, oldest);
}

function rangeTabs({ texts, link }: View, queue: string, chosen: Range): Html {
  const { ranges, range } = texts.queues;
  return html`<nav aria-label="${range}"><ul class="tabs">${Object.entries(ranges).map(
    ([name, label]) =>
      html`<li><a href="${link(`queues/${encodeURIComponent(queue)}?range=${name}`)}" ${name === chosen ? html`aria-current="true"` : ''}>${label}</a></li>`,
  )}</ul></nav>`;
}

function taskTable(view: View, tasks: readonly TaskFigures[]): Html {
  const { figures } = view.texts.queues;
  const pair = (p50: number | null, p95: number | null) =>
    p50 === null || p95 === null ? '' : `${span(view, p50)} / ${span(view, p95)}`;
  return table(tasks, [
    {
      name: figures.task,
      cell: ({ task }) =>
        html`<a href="${view.link(`tasks/${encodeURIComponent(task)}`)}">${breakable(task)}</a>`,
    },
    { name: figures.completed, isNumber: true, cell: ({ completedCount }) => count(view, completedCount) },
    { name: figures.failed, isNumber: true, cell: ({ failedCount }) => count(view, failedCount) },
    { name: figures.wait, isNumber: true, cell: ({ waitP50Ms, waitP95Ms }) => pair(waitP50Ms, waitP95Ms) },
    { name: figures.run, isNumber: true, cell: ({ runP50Ms, runP95Ms }) => pair(runP50Ms, runP95Ms) },
  ]);
}

function pausedNotice(view: View, { pausedAt, pausedBy }: QueueStats): Html {
  return html`<p class="trouble">${view.texts.queues.pausedBy(pausedBy ?? '')} ${when(view, pausedAt)}</p>`;
}

function facts(view: View, queue: QueueStats): Html {
  const { queues, parts } = view.texts;
  const { concurrency, fleetConcurrency } = queue;
  const limit = fleetConcurrency === null ? parts.noLimit : count(view, fleetConcurrency);
  const isAbove = fleetConcurrency !== null && queue.workerCount > 0 && fleetConcurrency > concurrency;
  const limitHint = isAbove ? queues.limitAbove(count(view, concurrency)) : queues.limitHint;
  return html`<dl class="facts with-hints">
<dt>${queues.schema}</dt><dd><code>${queue.schemaName}</code></dd>
<dt>${queues.places}</dt><dd>${count(view, concurrency)} ${placesHint(queues.placesHint)}</dd>
<dt>${queues.fleetLimit}</dt><dd>${limit} <span class="quiet">${limitHint}</span></dd>
</dl>`;
}

/** Where the number comes from, which no page can change. */
function placesHint(text: string): Html {
  const [before, after] = text.split('QUEUES');
  return html`<span class="quiet">${before}<code>QUEUES</code>${after}</span>`;
}

function commands(view: View, { queue, isPaused, fleetConcurrency, workerCount }: QueueStats): Html {
  const { queues } = view.texts;
  const at = `queues/${encodeURIComponent(queue)}`;
  const reason = html`<label for="reason">${queues.reason}</label> <input id="reason" name="reason" maxlength="${MAX_REASON_LENGTH}"> `;
  const limit = html`<label for="limit">${queues.fleetLimit}</label> <input id="limit" name="limit" inputmode="numeric" size="6" value="${fleetConcurrency ?? ''}" placeholder="${view.texts.parts.noLimit}"> `;
  return html`<div class="actions">
${
  isPaused
    ? commandForm(view, { action: `${at}/resume`, label: queues.resume })
    : commandForm(view, { action: `${at}/pause`, label: queues.pause, inputs: reason, isDanger: true })
}
${commandForm(view, { action: `${at}/limit`, label: queues.setLimit, inputs: limit })}
${workerCount === 0 && queue !== 'default' ? removal(view, at) : ''}
</div>`;
}

/** Asks first. Only of a queue that no worker serves: of another it would be refused. */
function removal(view: View, at: string): Html {
  if (!view.mayAct) return html``;
  const { queues } = view.texts;
  const inputs = html`<p>${queues.removeHint}</p><label><input type="checkbox" name="force" value="true"> ${queues.removeForce}</label> `;
  const button = { action: `${at}/remove`, label: queues.removeNow, inputs, isDanger: true };
  return menu({ name: 'remove', label: queues.remove }, commandForm(view, button));
}
