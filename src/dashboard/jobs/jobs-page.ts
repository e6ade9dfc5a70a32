import { html } from 'hono/html';
import type { Html } from '../../http/pages/layout.ts';
import { jobTable } from '../parts/job-table.ts';
import type { Content } from '../shell/layout.ts';
import { errorIn } from '../shell/page-error.ts';
import type { View } from '../shell/view.ts';
import { actionsOnMatching, actionsOnSelection, SELECTION_FORM } from './bulk/action-buttons.ts';
import type { StateCounts } from './count-states.ts';
import type { JobsFound } from './find-page.ts';
import { type Search, searchAddress } from './read-search.ts';
import { searchForm } from './search-form.ts';
import { stateTabs } from './state-tabs.ts';

export interface JobsShown {
  search: Search;
  found: JobsFound;
  counts: StateCounts;
}

/** The jobs that fit the search, newest first, with what can be done to them. */
export function jobsPage(view: View, { search, found, counts }: JobsShown): Content {
  const { jobs } = view.texts;
  const body = html`<h1>${jobs.title}</h1>
${searchForm(view, search)}
${stateTabs(view, search, counts)}
${found.trouble === undefined ? list(view, search, found) : html`<p class="trouble" role="alert">${errorIn(view.texts, found.trouble).message}</p>`}`;
  return { title: jobs.title, page: 'jobs', body };
}

function list(view: View, search: Search, found: JobsFound): Html {
  const { jobs } = view.texts;
  if (found.jobs.length === 0) {
    return html`<p class="empty">${search.text === '' && found.isNewest ? jobs.empty : jobs.noneFits}</p>${pager(view, search, found)}`;
  }
  return html`${view.mayAct ? html`<div class="bulk">${actionsOnSelection(view, search)}${actionsOnMatching(view, search)}</div>` : ''}
${jobTable(view, found.jobs, view.mayAct ? { form: SELECTION_FORM } : {})}
${pager(view, search, found)}`;
}

function pager(view: View, { text }: Search, { jobs: found, isNewest, hasOlder }: JobsFound): Html {
  const { jobs } = view.texts;
  const at = (more: Record<string, string>, name: string) =>
    html`<a class="button quiet-button" href="${view.link(searchAddress(text, more))}">${name}</a> `;
  const [first, last] = [found[0], found.at(-1)];
  return html`<nav class="pager" aria-label="${jobs.pages}">
${isNewest ? '' : html`${at({}, jobs.newest)}${first ? at({ after: first.id }, jobs.newer) : ''}`}
${hasOlder && last ? at({ before: last.id }, jobs.older) : ''}
</nav>`;
}
