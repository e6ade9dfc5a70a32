import { html } from 'hono/html';
import type { Html } from '../../http/pages/layout.ts';
import type { View } from '../shell/view.ts';
import type { Search } from './read-search.ts';

/** The field that says which jobs are shown. */
export function searchForm(view: View, { params, mistakes }: Search): Html {
  const { jobs } = view.texts;
  const others = [...params].filter(([name]) => name !== 'q');
  return html`<form class="search" role="search" method="get" action="${view.link('jobs')}">
<label for="q" class="unseen">${jobs.search}</label>
<input id="q" name="q" type="search" data-search value="${params.get('q') ?? ''}" placeholder="${jobs.searchHint}" autocomplete="off" spellcheck="false">
${others.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<button>${jobs.submit}</button>
${params.size === 0 ? '' : html`<a href="${view.link('jobs')}">${jobs.clear}</a>`}
</form>
${mistakes.map(({ field, message }) => html`<p class="trouble" role="alert">${jobs.mistake} <code>${field}</code>: ${message}</p>`)}`;
}
