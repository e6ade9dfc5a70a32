import { html } from 'hono/html';
import { stringifyExactly } from '../../db/exact-json.ts';
import type { Html } from '../../http/pages/layout.ts';
import { type AuditEntry, type AuditFilter, readAuditLog } from '../../look/audit-log.ts';
import type { DashboardApp, DashboardDependencies } from '../dependencies.ts';
import { breakable } from '../parts/breakable.ts';
import { empty } from '../parts/empty.ts';
import { count } from '../parts/number.ts';
import { table } from '../parts/table.ts';
import { when } from '../parts/time.ts';
import { shareRedraws } from '../shell/share-redraws.ts';
import { showPage } from '../shell/show-page.ts';
import type { View } from '../shell/view.ts';

const PAGE_SIZE = 50;
const ID = /^\d{1,18}$/;
/** Characters of details that are in the row. */
const MAX_LINE = 100;

/** Who did what, the newest first. */
export function addAuditPage(app: DashboardApp, deps: DashboardDependencies): void {
  const share = shareRedraws<Awaited<ReturnType<typeof readAuditLog>>>();
  app.get(
    '/dashboard/audit',
    showPage(deps, async (c, view) => {
      const filter = {
        actor: c.req.query('actor'),
        action: c.req.query('action'),
        jobId: idOf(c.req.query('job')),
      };
      const page = { limit: PAGE_SIZE, beforeId: idOf(c.req.query('before')) };
      const { entries, nextBeforeId } = await share(c, () => readAuditLog(deps.db, filter, page));
      const { title, none } = view.texts.audit;
      const body = html`<h1>${title}</h1>
${filterForm(view, filter)}
${entries.length === 0 ? empty(none) : entryTable(view, entries)}
${nextBeforeId === null ? '' : html`<p><a class="button" href="${olderAddress(view, filter, nextBeforeId)}">${view.texts.audit.older}</a></p>`}`;
      return { title, page: 'audit', body };
    }),
  );
}

function idOf(given: string | undefined): string | undefined {
  return given !== undefined && ID.test(given) ? given : undefined;
}

function filterForm(view: View, { actor, action, jobId }: AuditFilter): Html {
  const { texts } = view;
  const field = (name: string, label: string, value: string | undefined) =>
    html`<label>${label} <input name="${name}" value="${value ?? ''}"></label>`;
  return html`<form class="actions filter" method="get" action="${view.link('audit')}">
${field('actor', texts.audit.columns.who, actor)}
${field('action', texts.audit.columns.what, action)}
${field('job', texts.audit.columns.jobs, jobId)}
<button>${texts.audit.filter}</button></form>`;
}

function entryTable(view: View, entries: readonly AuditEntry[]): Html {
  const { columns } = view.texts.audit;
  return table(
    entries,
    [
      { name: columns.when, cell: ({ at }) => when(view, at) },
      { name: columns.who, cell: ({ actor }) => filterLink(view, { actor }) },
      { name: columns.what, cell: ({ action }) => html`<code>${filterLink(view, { action })}</code>` },
      { name: columns.jobs, cell: (entry) => jobLinks(view, entry) },
      {
        name: columns.details,
        cell: ({ details }) => shownDetails(details),
      },
      {
        name: columns.from,
        cell: ({ application, requestId }) =>
          html`${application}${requestId === null ? '' : html`<br><span class="quiet">${requestId}</span>`}`,
      },
    ],
    ({ id }) => `audit-${id}`,
  );
}

/** All that the same somebody did, or all that was the same. */
function filterLink(view: View, filter: { actor: string } | { action: string }): Html {
  const [name = ''] = Object.values(filter);
  return html`<a href="${view.link(`audit?${new URLSearchParams(filter)}`)}">${breakable(name)}</a>`;
}

/** In a line, so that a reason is read at a glance; all of it for who opens it. */
function shownDetails(details: unknown): Html | '' {
  if (typeof details !== 'object' || details === null) return '';
  const said = Object.entries(details)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : stringifyExactly(value)}`);
  if (said.length === 0) return '';
  const line = said.join(' · ');
  const short = line.length > MAX_LINE ? `${line.slice(0, MAX_LINE).toWellFormed()}…` : line;
  return html`<details><summary><code>${breakable(short)}</code></summary><pre>${stringifyExactly(details, 2)}</pre></details>`;
}

function jobLinks(view: View, { jobIds, jobCount }: AuditEntry): Html {
  const more = jobCount - jobIds.length;
  return html`${jobIds.map((id) => html`<a href="${view.link(`jobs/${id}`)}">${id}</a> `)}${more > 0 ? html`<span class="quiet">${view.texts.audit.more(count(view, more))}</span>` : ''}`;
}

function olderAddress(view: View, { actor, action, jobId }: AuditFilter, before: string): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ actor, action, job: jobId, before })) {
    if (value) query.set(name, value);
  }
  return view.link(`audit?${query}`);
}
