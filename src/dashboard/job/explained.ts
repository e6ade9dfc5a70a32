import { html } from 'hono/html';
import type { Html } from '../../http/pages/layout.ts';
import type { Explanation } from '../../look/explain-job.ts';
import { databaseRemedy, withTimes } from '../parts/remedy.ts';
import type { View } from '../shell/view.ts';

/**
 * Why a job does not run right now, and what would change that. In English in the database's own words; in other languages by
 * the cause, with those words below. Where the remedy is a call in SQL it names the button instead.
 */
export function explained(view: View, { cause, explanation, remedy, state }: Explanation): Html {
  const own = view.texts.job.causes[cause];
  const remedied = databaseRemedy(view, remedy, state === 'retryable');
  if (!own) {
    return html`<div class="explained ${state}"><p>${withTimes(explanation)}</p><p class="quiet">${remedied}</p></div>`;
  }
  return html`<div class="explained ${state}"><p>${own.said}</p><p>${own.remedy}</p>
<p class="quiet" lang="en">${withTimes(explanation)} ${remedied}</p></div>`;
}
