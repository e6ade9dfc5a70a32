import { html } from 'hono/html';
import type { Html } from '../../http/pages/layout.ts';
import type { Worker } from '../../look/workers.ts';
import type { View } from '../shell/view.ts';
import { breakable } from './breakable.ts';
import { count } from './number.ts';
import { table } from './table.ts';
import { when } from './time.ts';

/** A row for each runner: a queue's places in one process. */
export function workerTable(view: View, workers: readonly Worker[]): Html {
  const { columns, states } = view.texts.workers;
  return table(workers, [
    {
      name: columns.worker,
      cell: ({ host, pid }) => html`${breakable(host)} <span class="quiet">${pid}</span>`,
    },
    {
      name: columns.queue,
      cell: ({ queue }) =>
        html`<a href="${view.link(`queues/${encodeURIComponent(queue)}`)}">${breakable(queue)}</a>`,
    },
    {
      name: columns.state,
      cell: (worker) =>
        html`<span class="worker ${worker.state}">${states[worker.state]}</span>${trouble(view, worker)}${brokerLines(view, worker)}`,
    },
    {
      name: columns.running,
      isNumber: true,
      cell: ({ runningCount, concurrency }) => `${count(view, runningCount)} / ${count(view, concurrency)}`,
    },
    {
      name: columns.memory,
      isNumber: true,
      cell: ({ memoryBytes }) => (memoryBytes === null ? '' : mebibytes(view, memoryBytes)),
    },
    { name: columns.heartbeat, cell: ({ heartbeatAt }) => when(view, heartbeatAt) },
    { name: columns.started, cell: ({ startedAt }) => when(view, startedAt) },
    {
      name: columns.kind,
      cell: ({ kind, tasks, application, version }) =>
        html`<details><summary>${application ?? kind} <span class="quiet">${version ?? ''}</span></summary>${tasks.join(', ')}</details>`,
    },
  ]);
}

/** Where its jobs go, and what keeps them. */
function brokerLines(view: View, { brokers }: Worker): Html {
  const { workers: texts } = view.texts;
  return html`${brokers.map(({ name, state, since, because, tasks }) =>
    state === 'up'
      ? html`<br><span class="quiet">${texts.brokerUp(name)}</span>`
      : html`<br><span class="bad">${texts.brokerDown(name, because ?? '')} ${when(view, since)}</span><br><span class="quiet">${texts.waiting}: ${tasks.join(', ')}</span>`,
  )}`;
}

function mebibytes(view: View, bytes: number): string {
  return `${count(view, Math.round(bytes / 2 ** 20))} MiB`;
}

function trouble(view: View, { blockedSince, abandoned }: Worker): Html {
  const { workers: texts } = view.texts;
  return html`${blockedSince === null ? '' : html`<br><span class="bad">${texts.blockedSince} ${when(view, blockedSince)}</span>`}
${abandoned.length === 0 ? '' : html`<br><span class="bad">${texts.abandoned}: ${abandoned.map((id) => html`<a href="${view.link(`jobs/${id}`)}">${id}</a> `)}</span>`}`;
}
