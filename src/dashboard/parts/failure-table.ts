import { html } from 'hono/html';
import type { Html } from '../../http/pages/layout.ts';
import type { FailureGroup } from '../../look/failure-groups.ts';
import type { View } from '../shell/view.ts';
import { breakable } from './breakable.ts';
import { count } from './number.ts';
import { sparkline } from './sparkline.ts';
import { table } from './table.ts';
import { when } from './time.ts';

/** A row for each group of failures. */
export function failureTable(view: View, groups: readonly FailureGroup[]): Html {
  const { columns, noError, trend } = view.texts.failures;
  return table(
    groups,
    [
      {
        name: columns.error,
        cell: ({ id, error }) =>
          html`<a href="${view.link(`failures/${id}`)}">${breakable(error ?? noError)}</a>`,
      },
      { name: columns.task, cell: ({ task }) => task },
      {
        name: columns.jobs,
        isNumber: true,
        cell: ({ discardedCount, retryingCount }) =>
          html`<span class="bad">${count(view, discardedCount)}</span> / ${count(view, retryingCount)}`,
      },
      {
        name: columns.trend,
        cell: (group) => sparkline(group.trend, trend(group.trend.map((n) => count(view, n)).join(', '))),
      },
      { name: columns.first, cell: ({ firstSeenAt }) => when(view, firstSeenAt) },
      { name: columns.last, cell: ({ lastSeenAt }) => when(view, lastSeenAt) },
      {
        name: columns.newest,
        cell: ({ newestIds }) =>
          html`${newestIds.map((id) => html`<a href="${view.link(`jobs/${id}`)}">${id}</a> `)}`,
      },
    ],
    ({ id }) => `failure-${id}`,
  );
}
