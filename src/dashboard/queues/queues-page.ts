import { html } from 'hono/html';
import type { QueueStats } from '../../look/queue-stats.ts';
import { queueTable } from '../parts/queue-table.ts';
import type { Content } from '../shell/layout.ts';
import type { View } from '../shell/view.ts';

export function queuesPage(view: View, queues: readonly QueueStats[]): Content {
  const { title } = view.texts.queues;
  return { title, page: 'queues', body: html`<h1>${title}</h1>${queueTable(view, queues)}` };
}
