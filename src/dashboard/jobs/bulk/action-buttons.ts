import { html } from 'hono/html';
import type { Html } from '../../../http/pages/layout.ts';
import type { JobState } from '../../../look/job.ts';
import type { JobFilter } from '../../../look/job-filter.ts';
import { BULK_STATES, type BulkAction } from '../../../operate/bulk.ts';
import type { View } from '../../shell/view.ts';
import type { Search } from '../read-search.ts';

/** The form that sends which jobs were selected. */
export const SELECTION_FORM = 'selection';

const BULK_ACTIONS = ['retry', 'run_now', 'cancel', 'discard'] as const satisfies BulkAction[];

const SHORTCUTS: Readonly<Record<string, string>> = { retry: 'r', cancel: 'c' };

/** The action on what the filter finds, in those of its states that the action is for; undefined when in none. */
export function forAction(action: BulkAction, filter: JobFilter): JobFilter | undefined {
  if (filter.states === undefined) return filter;
  const allowed: readonly JobState[] = BULK_STATES[action];
  const states = filter.states.filter((state) => allowed.includes(state));
  return states.length === 0 ? undefined : { ...filter, states };
}

/** What can be done to the selected jobs; each button leads to a page that asks whether it shall be. */
export function actionsOnSelection(view: View, { text }: Search): Html {
  const { jobs } = view.texts;
  return html`<form id="${SELECTION_FORM}" class="bulk-actions" method="get" action="${view.link('jobs/act')}" aria-label="${jobs.withSelected}">
<input type="hidden" name="scope" value="selected"><input type="hidden" name="q" value="${text}">
<span class="bulk-name">${jobs.withSelected} <span class="js-only badge-count"><span data-selected-count>0</span></span></span>
${BULK_ACTIONS.map((action) => html`<button class="small" name="action" value="${action}" data-needs-selection data-shortcut="${SHORTCUTS[action] ?? ''}">${jobs.actions[action]}</button> `)}
</form>`;
}

/** What can be done to everything that matches. */
export function actionsOnMatching(view: View, { filter, text, mistakes }: Search): Html {
  const { jobs } = view.texts;
  if (mistakes.length > 0) return html``;
  const possible = BULK_ACTIONS.filter((action) => forAction(action, filter) !== undefined);
  return html`<form class="bulk-actions" method="get" action="${view.link('jobs/act')}" aria-label="${jobs.withAll}">
<input type="hidden" name="scope" value="all"><input type="hidden" name="q" value="${text}">
<span class="bulk-name">${jobs.withAll}</span>
${possible.map((action) => html`<button class="small quiet-button" name="action" value="${action}">${jobs.actions[action]}…</button> `)}
</form>`;
}
