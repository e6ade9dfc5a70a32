import { html } from 'hono/html';
import type { Html } from '../../../http/pages/layout.ts';
import type { JobSummary } from '../../../look/job.ts';
import { jobTable } from '../../parts/job-table.ts';
import { count } from '../../parts/number.ts';
import type { Content } from '../../shell/layout.ts';
import { MAX_REASON_LENGTH } from '../../shell/max-reason-length.ts';
import type { View } from '../../shell/view.ts';
import { filterWords } from '../filter-words.ts';
import { searchAddress } from '../read-search.ts';
import type { BulkOrder } from './bulk-order.ts';
import { workFields } from './bulk-work.ts';
import { seenIn } from './seen-states.ts';

/** What a dry run found. */
export interface DryRun {
  /** Jobs that it would be done to. */
  fitting: number;
  /** Whether there are more than were counted. */
  isCapped: boolean;
  /** The selected jobs that are there; undefined when the search says which. */
  selected?: readonly JobSummary[];
}

/** Says what would be done, to how many jobs and to which, and asks whether it shall be. */
export function confirmPage(view: View, order: BulkOrder, dryRun: DryRun): Content {
  const { confirm, actions } = view.texts.jobs;
  const said = confirm.jobs(count(view, dryRun.fitting), dryRun.fitting === 1);
  const title = confirm.title[order.action](said);
  const body = html`<section class="confirm" aria-labelledby="confirm-title">
<h1 id="confirm-title">${title}</h1>
${dryRun.selected ? selection(view, dryRun) : which(view, order)}
${dryRun.isCapped ? html`<p>${confirm.capped(count(view, dryRun.fitting))}</p>` : ''}
${dryRun.fitting === 0 ? html`<p class="empty">${confirm.none}</p>${back(view, order)}` : form(view, order, { dryRun, label: `${actions[order.action]} (${said})` })}
</section>
${dryRun.selected ? jobTable(view, dryRun.selected) : ''}`;
  return { title, page: 'jobs', body, isLive: false };
}

function which(view: View, { filter, action }: BulkOrder): Html {
  const { confirm } = view.texts.jobs;
  const words = filterWords(view, filter ?? {});
  return html`<p class="which">${words === undefined ? confirm.whichAll : confirm.which(words)}</p>
<p class="quiet">${confirm.what[action]}</p>`;
}

function selection(view: View, { fitting, selected = [] }: DryRun): Html | '' {
  if (fitting === selected.length) return '';
  return html`<p class="which">${view.texts.jobs.confirm.ofSelected(count(view, fitting), count(view, selected.length))}</p>`;
}

function form(view: View, order: BulkOrder, { dryRun, label }: { dryRun: DryRun; label: string }): Html {
  const { confirm } = view.texts.jobs;
  const seen = seenIn(order.action === 'retry' ? (dryRun.selected ?? []) : []);
  const takesReason = order.action === 'cancel' || order.action === 'discard';
  return html`<form class="stacked" method="post" action="${view.link('jobs/act')}">
${workFields({ order: { ...order, seen }, max: dryRun.fitting, key: view.newKey() })}
${
  takesReason
    ? html`<label for="reason">${confirm.reason}</label><input id="reason" name="reason" maxlength="${MAX_REASON_LENGTH}" aria-describedby="reason-hint" autofocus><p class="quiet" id="reason-hint">${confirm.reasonHint}</p>`
    : ''
}
<div class="actions">${takesReason ? html`<button class="danger">${label}</button>` : html`<button autofocus>${label}</button>`}${back(view, order)}</div>
</form>`;
}

function back(view: View, { text }: BulkOrder): Html {
  return html`<a class="button quiet-button" href="${view.link(searchAddress(text))}">${view.texts.jobs.confirm.back}</a>`;
}
