import { html } from 'hono/html';
import type { Html } from '../../http/pages/layout.ts';
import type { OverviewQueue } from '../../look/overview.ts';
import type { QueueStats } from '../../look/queue-stats.ts';
import type { View } from '../shell/view.ts';
import { breakable } from './breakable.ts';
import { depthBar } from './depth-bar.ts';
import { count, shortCount } from './number.ts';
import { sparkline } from './sparkline.ts';
import { span } from './time.ts';

/** A row for each queue: how deep, how busy, how late, and the last hour at a glance. */
export function queueTable(view: View, queues: readonly OverviewQueue[]): Html {
  const { columns } = view.texts.queues;
  const whole = Math.max(0, ...queues.map((queue) => waitingCount(queue) + queue.runningCount));
  return html`<div class="scroll"><table class="rows">
<thead><tr><th scope="col">${columns.queue}</th><th scope="col">${columns.depth}</th>
${[columns.running, columns.oldest].map((name) => html`<th scope="col" class="number">${name}</th>`)}
<th scope="col">${columns.hour}</th><th scope="col" class="number">${columns.workers}</th></tr></thead>
<tbody>${queues.map((queue) => row(view, queue, whole))}</tbody>
</table></div>`;
}

/** Jobs of any state that wait. */
export function waitingCount({ availableCount, scheduledCount, retryableCount }: QueueStats): number {
  return availableCount + scheduledCount + retryableCount;
}

function row(view: View, queue: OverviewQueue, whole: number): Html {
  const { texts, link } = view;
  const { columns } = texts.queues;
  const limit = Math.min(queue.concurrency, queue.fleetConcurrency ?? Number.POSITIVE_INFINITY);
  const depth = [
    ['running', queue.runningCount],
    ['available', queue.availableCount],
    ['retryable', queue.retryableCount],
    ['scheduled', queue.scheduledCount],
  ] as const;
  return html`<tr data-row id="queue-${queue.queue}">
<th scope="row"><a href="${link(`queues/${encodeURIComponent(queue.queue)}`)}">${breakable(queue.queue)}</a>
${queue.isPaused ? html`<span class="badge" title="${texts.queues.pausedBy(queue.pausedBy ?? '')}">${texts.queues.paused}</span>` : ''}</th>
<td class="wide" data-label="${columns.depth}"><div class="depth">${depthBar(view, depth, whole)}<span class="quiet">${shortCount(view, waitingCount(queue), queue.isEstimate)}</span></div></td>
<td class="number" data-label="${columns.running}">${count(view, queue.runningCount)} / ${count(view, limit)}</td>
<td class="number ${queue.verdict.isBehind ? 'bad' : ''}" data-label="${columns.oldest}">${queue.oldestWaitSeconds < 1 ? '' : span(view, queue.oldestWaitSeconds * 1000)}</td>
<td data-label="${columns.hour}">${lastHour(view, queue)}</td>
<td class="number ${queue.workerCount === 0 ? 'bad' : ''}" data-label="${columns.workers}">${count(view, queue.workerCount)}</td>
</tr>`;
}

const MINUTES = 60;

/** Jobs that ended in each minute; minutes in which none did are not told of. */
function lastHour(view: View, { minutes }: OverviewQueue): Html {
  const { queues } = view.texts;
  const thisMinute = Math.floor(view.now.getTime() / 60_000);
  const ended = Array.from({ length: MINUTES }, () => 0);
  for (const { at, completedCount, discardedCount } of minutes) {
    const index = MINUTES - 1 - (thisMinute - Math.floor(at.getTime() / 60_000));
    if (index in ended) ended[index] = completedCount + discardedCount;
  }
  const total = ended.reduce((sum, n) => sum + n, 0);
  const failed = minutes.reduce((sum, { failedCount }) => sum + failedCount, 0);
  return html`${sparkline(ended, queues.lastHour(count(view, total), count(view, failed)))} <span class="quiet">${shortCount(view, total)}</span>`;
}
