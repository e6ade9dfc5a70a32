import { html } from 'hono/html';
import type { Html } from '../../http/pages/layout.ts';
import type { QueueStats } from '../../look/queue-stats.ts';
import type { View } from '../shell/view.ts';
import { depthBar } from './depth-bar.ts';
import { count, shortCount } from './number.ts';
import { span } from './time.ts';

/** A row for each queue: how deep, how busy, how late. @param rates jobs a second that ended, by queue */
export function queueTable(
  view: View,
  queues: readonly QueueStats[],
  rates: ReadonlyMap<string, number | null> = new Map(),
): Html {
  const { columns } = view.texts.queues;
  const whole = Math.max(0, ...queues.map((queue) => waitingCount(queue) + queue.runningCount));
  return html`<div class="scroll"><table class="rows">
<thead><tr><th scope="col">${columns.queue}</th><th scope="col">${columns.depth}</th>
${[columns.running, columns.oldest, columns.rate, columns.workers].map((name) => html`<th scope="col" class="number">${name}</th>`)}</tr></thead>
<tbody>${queues.map((queue) => row(view, queue, { whole, rate: rates.get(queue.queue) ?? null }))}</tbody>
</table></div>`;
}

/** Jobs of any state that wait. */
export function waitingCount({ availableCount, scheduledCount, retryableCount }: QueueStats): number {
  return availableCount + scheduledCount + retryableCount;
}

function row(view: View, queue: QueueStats, { whole, rate }: { whole: number; rate: number | null }): Html {
  const { texts, link } = view;
  const { columns } = texts.queues;
  const limit = Math.min(queue.concurrency, queue.fleetConcurrency ?? Number.POSITIVE_INFINITY);
  const depth = [
    ['running', queue.runningCount],
    ['available', queue.availableCount],
    ['retryable', queue.retryableCount],
    ['scheduled', queue.scheduledCount],
  ] as const;
  return html`<tr data-row>
<th scope="row"><a href="${link(`queues/${encodeURIComponent(queue.queue)}`)}">${queue.queue}</a>
${queue.isPaused ? html`<span class="badge" title="${texts.queues.pausedBy(queue.pausedBy ?? '')}">${texts.queues.paused}</span>` : ''}</th>
<td class="wide" data-label="${columns.depth}">${depthBar(view, depth, whole)}<span class="quiet">${shortCount(view, waitingCount(queue), queue.isEstimate)}</span></td>
<td class="number" data-label="${columns.running}">${count(view, queue.runningCount)} / ${count(view, limit)}</td>
<td class="number" data-label="${columns.oldest}">${queue.oldestWaitSeconds < 1 ? '' : span(view, queue.oldestWaitSeconds * 1000)}</td>
<td class="number" data-label="${columns.rate}">${rate === null ? '' : count(view, rate)}</td>
<td class="number ${queue.workerCount === 0 ? 'bad' : ''}" data-label="${columns.workers}">${count(view, queue.workerCount)}</td>
</tr>`;
}
