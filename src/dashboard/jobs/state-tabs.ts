import { html } from 'hono/html';
import type { Html } from '../../http/pages/layout.ts';
import { FINISHED_STATES, type JobState, LIVE_STATES } from '../../look/job.ts';
import { count } from '../parts/number.ts';
import type { View } from '../shell/view.ts';
import { MOST_COUNTED, type StateCounts } from './count-states.ts';
import { type Search, searchAddress, withState } from './read-search.ts';

const STATES: readonly JobState[] = [...LIVE_STATES, ...FINISHED_STATES];

/** The same search in each state, with how many jobs fit. */
export function stateTabs(view: View, { filter, text }: Search, counts: StateCounts): Html {
  const { jobs, parts } = view.texts;
  const shown = filter.states ?? [];
  const tab = (name: Html | string, state: JobState | undefined, isShown: boolean) =>
    html`<li><a href="${view.link(searchAddress(withState(text, state)))}" ${isShown ? html`aria-current="true"` : ''}>${name}</a></li>`;
  return html`<ul class="tabs" aria-label="${jobs.tabs}">
${tab(jobs.all, undefined, shown.length === 0)}
${STATES.map((state) => tab(html`${parts.states[state]} ${counted(view, counts.get(state))}`, state, shown.includes(state)))}
</ul>`;
}

function counted(view: View, n: number | undefined): Html | '' {
  if (n === undefined) return '';
  const said = n > MOST_COUNTED ? `${count(view, MOST_COUNTED)}+` : count(view, n);
  return html`<span class="tab-count">${said}</span>`;
}
