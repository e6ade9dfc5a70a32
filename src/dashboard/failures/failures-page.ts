import { html } from 'hono/html';
import { type FailureGroups, MAX_GROUPS } from '../../look/failure-groups.ts';
import { empty } from '../parts/empty.ts';
import { failureTable } from '../parts/failure-table.ts';
import { count } from '../parts/number.ts';
import type { Content } from '../shell/layout.ts';
import type { View } from '../shell/view.ts';

export function failuresPage(view: View, { groups, isCapped }: FailureGroups): Content {
  const { failures } = view.texts;
  const body = html`<h1>${failures.title}</h1>
<p class="quiet">${failures.about}${isCapped ? html` ${failures.capped}` : ''}${groups.length < MAX_GROUPS ? '' : html` ${failures.largest(count(view, MAX_GROUPS))}`}</p>
${groups.length === 0 ? empty(failures.none) : failureTable(view, groups)}`;
  return { title: failures.title, page: 'failures', body };
}
