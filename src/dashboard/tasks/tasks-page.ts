import { html } from 'hono/html';
import type { KnownTask } from '../../look/tasks.ts';
import { breakable } from '../parts/breakable.ts';
import { empty } from '../parts/empty.ts';
import { count } from '../parts/number.ts';
import { table } from '../parts/table.ts';
import { span } from '../parts/time.ts';
import type { Content } from '../shell/layout.ts';
import type { View } from '../shell/view.ts';
import { goesTo } from './goes-to.ts';

export function tasksPage(view: View, tasks: readonly KnownTask[]): Content {
  const { title, none, columns, noLimit } = view.texts.tasks;
  const rows = table(tasks, [
    {
      name: columns.task,
      cell: ({ name }) =>
        html`<a href="${view.link(`tasks/${encodeURIComponent(name)}`)}">${breakable(name)}</a>`,
    },
    { name: columns.application, cell: ({ application }) => application },
    {
      name: columns.queue,
      cell: ({ queue }) =>
        html`<a href="${view.link(`queues/${encodeURIComponent(queue)}`)}">${breakable(queue)}</a>`,
    },
    { name: columns.retries, isNumber: true, cell: ({ maxRetries }) => count(view, maxRetries) },
    {
      name: columns.timeout,
      isNumber: true,
      cell: ({ timeoutMs }) => (timeoutMs === 0 ? noLimit : span(view, timeoutMs)),
    },
    { name: columns.orderBy, cell: ({ orderBy }) => orderBy ?? '' },
    { name: columns.goesTo, cell: (task) => goesTo(view, task) },
    {
      name: columns.workers,
      isNumber: true,
      cell: ({ workerCount }) =>
        workerCount === 0 ? html`<span class="bad">0</span>` : count(view, workerCount),
    },
  ]);
  const body = html`<h1>${title}</h1>${tasks.length === 0 ? empty(none) : rows}`;
  return { title, page: 'tasks', body };
}
