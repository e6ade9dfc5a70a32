import { html } from 'hono/html';
import type { Html } from '../../http/pages/layout.ts';
import type { QueueStats } from '../../look/queue-stats.ts';
import { commandForm } from '../parts/command-form.ts';
import { count } from '../parts/number.ts';
import { queueTable } from '../parts/queue-table.ts';
import { when } from '../parts/time.ts';
import type { Content } from '../shell/layout.ts';
import type { View } from '../shell/view.ts';

const MAX_REASON_LENGTH = 200;

export function queuePage(view: View, queue: QueueStats): Content {
  const body = html`<h1>${queue.queue}</h1>
${queue.isPaused ? pausedNotice(view, queue) : ''}
${queueTable(view, [queue])}
${facts(view, queue)}
${commands(view, queue)}`;
  return { title: queue.queue, page: 'queues', body };
}

function pausedNotice(view: View, { pausedAt, pausedBy }: QueueStats): Html {
  return html`<p class="trouble">${view.texts.queues.pausedBy(pausedBy ?? '')} ${when(view, pausedAt)}</p>`;
}

function facts(view: View, queue: QueueStats): Html {
  const { queues, parts } = view.texts;
  const limit = queue.fleetConcurrency === null ? parts.noLimit : count(view, queue.fleetConcurrency);
  return html`<dl class="facts">
<dt>${queues.schema}</dt><dd><code>${queue.schemaName}</code></dd>
<dt>${queues.places}</dt><dd>${count(view, queue.concurrency)}</dd>
<dt>${queues.fleetLimit}</dt><dd>${limit}</dd>
</dl>`;
}

function commands(view: View, { queue, isPaused, fleetConcurrency }: QueueStats): Html {
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
</div>`;
}
