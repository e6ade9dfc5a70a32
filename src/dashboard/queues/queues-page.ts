import { html } from 'hono/html';
import type { Html } from '../../http/pages/layout.ts';
import type { OverviewQueue } from '../../look/overview.ts';
import { byName } from '../parts/by-name.ts';
import { empty } from '../parts/empty.ts';
import { count } from '../parts/number.ts';
import { queueTable } from '../parts/queue-table.ts';
import type { Content } from '../shell/layout.ts';
import type { View } from '../shell/view.ts';

/** Of a thousand queues the page would have 1.7 MB, sent anew at each change. */
const QUEUES_A_PAGE = 100;

/** What the address asks for. */
export interface QueuesQuery {
  /** Part of the names; empty for all queues. */
  name: string;
  /** From 1; one that is not there shows the last. */
  page: number;
}

export function queuesPage(view: View, all: readonly OverviewQueue[], query: QueuesQuery): Content {
  const { title, none, noneOfName } = view.texts.queues;
  const queues = all.filter(({ queue }) => queue.includes(query.name)).toSorted(byName);
  const pageCount = Math.max(1, Math.ceil(queues.length / QUEUES_A_PAGE));
  const page = Math.min(query.page, pageCount);
  const shown = queues.slice((page - 1) * QUEUES_A_PAGE, page * QUEUES_A_PAGE);
  const body = html`<h1>${title}</h1>
${all.length > QUEUES_A_PAGE ? nameForm(view, query.name) : ''}
${shown.length > 0 ? queueTable(view, shown) : empty(all.length === 0 ? none : noneOfName)}
${pageCount > 1 ? pages(view, { ...query, page }, pageCount) : ''}`;
  return { title, page: 'queues', body };
}

function nameForm({ link, texts: { queues } }: View, name: string): Html {
  return html`<form class="actions filter" method="get" action="${link('queues')}"><label>${queues.name} <input name="name" type="search" value="${name}" maxlength="40"></label> <button>${queues.find}</button></form>`;
}

function pages(view: View, { name, page }: QueuesQuery, pageCount: number): Html {
  const { texts, link } = view;
  const at = (number: number, text: string) => {
    const query = new URLSearchParams({ ...(name === '' ? {} : { name }), page: String(number) });
    return html` <a class="button" href="${link(`queues?${query}`)}">${text}</a>`;
  };
  return html`<p>${texts.queues.pageOf(count(view, page), count(view, pageCount))}${page > 1 ? at(page - 1, texts.queues.previous) : ''}${page < pageCount ? at(page + 1, texts.queues.next) : ''}</p>`;
}
