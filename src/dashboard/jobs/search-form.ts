import { html } from 'hono/html';
import type { Html } from '../../http/pages/layout.ts';
import type { View } from '../shell/view.ts';
import type { Mistake, Search } from './read-search.ts';

const MAX_LENGTH = 10_000;

/** The field that says which jobs are shown. The script offers what may come next; without it, it is a field as any. */
export function searchForm(view: View, { text, mistakes }: Search): Html {
  const { jobs } = view.texts;
  return html`<form class="search" role="search" method="get" action="${view.link('jobs')}">
<label for="q" class="unseen">${jobs.search}</label>
<div class="completed">
<input id="q" name="q" type="search" data-search data-complete="${view.link('jobs/complete')}" data-options="${jobs.options}" value="${text}" maxlength="${MAX_LENGTH}" placeholder="${jobs.searchHint}" autocomplete="off" autocapitalize="off" spellcheck="false" aria-describedby="search-mistakes">
</div>
<button>${jobs.submit}</button>
${text === '' ? '' : html`<a href="${view.link('jobs')}">${jobs.clear}</a>`}
</form>
<div id="search-mistakes">${mistakes.map((mistake) => html`<p class="trouble" role="alert">${jobs.mistake} ${marked(text, mistake)}<br>${mistake.message}</p>`)}</div>`;
}

/** The search with its wrong part marked. */
function marked(text: string, { position, length }: Mistake): Html {
  const end = position + Math.max(1, length);
  return html`<code>${text.slice(0, position)}<mark>${text.slice(position, end)}</mark>${text.slice(end)}</code>`;
}
