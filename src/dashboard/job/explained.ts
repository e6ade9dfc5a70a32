import { html } from 'hono/html';
import type { Html } from '../../http/pages/layout.ts';
import type { Explanation } from '../../look/explain-job.ts';
import { instant } from '../parts/time.ts';
import type { View } from '../shell/view.ts';

/** An instant as the database writes it in a sentence. */
const INSTANT = /(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?[+-]\d\d(?::\d\d)?)/;
/** A call of one of Howdah's own functions, as a remedy names it for those who use SQL; its schema may have another name. */
const CALL = /(?:select |select \* from )[a-z]\w*\.(\w+)\((\d*)[^)]*\)/g;

/**
 * Why a job does not run right now, and what would change that. In English in the database's own words; in other languages by
 * the cause, with those words below. Where the remedy is a call in SQL it names the button instead.
 */
export function explained(view: View, { cause, explanation, remedy, state }: Explanation): Html {
  const own = view.texts.job.causes[cause];
  const remedied = withTimes(withButtons(view, remedy, state === 'retryable'));
  if (!own) {
    return html`<div class="explained ${state}"><p>${withTimes(explanation)}</p><p class="quiet">${remedied}</p></div>`;
  }
  return html`<div class="explained ${state}"><p>${own.said}</p><p>${own.remedy}</p>
<p class="quiet" lang="en">${withTimes(explanation)} ${remedied}</p></div>`;
}

function withTimes(text: string): (Html | string)[] {
  return text.split(INSTANT).map((part, index) => {
    const at = new Date(part.replace(/([+-]\d\d)$/, '$1:00'));
    return index % 2 === 1 && !Number.isNaN(at.getTime()) ? instant(at) : part;
  });
}

function withButtons({ texts }: View, remedy: string, isRetryable: boolean): string {
  const { actions, calls } = texts.job;
  const names: Readonly<Record<string, string>> = {
    retry_job: actions.retry,
    run_job_now: isRetryable ? actions.retry : actions.runNow,
    cancel_job: actions.cancel.replace('…', ''),
    resume_queue: calls.resume,
    set_fleet_concurrency: calls.limit,
  };
  return remedy.replace(CALL, (call, name, id) =>
    name === 'explain_job' ? calls.job(id) : (names[name] ?? call),
  );
}
