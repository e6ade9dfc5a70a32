import { html } from 'hono/html';
import type { OverviewQueue } from '../../look/overview.ts';
import { queueTable } from '../parts/queue-table.ts';
import type { Content } from '../shell/layout.ts';
import type { View } from '../shell/view.ts';

export function queuesPage(view: View, queues: readonly OverviewQueue[]): Content {
  const { title } = view.texts.queues;
  return { title, page: 'queues', body: html`<h1>${title}</h1>${queueTable(view, queues)}` };
}
