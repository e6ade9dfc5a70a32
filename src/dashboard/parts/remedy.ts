import { html } from 'hono/html';
import type { Html } from '../../http/pages/layout.ts';
import type { View } from '../shell/view.ts';
import { instant } from './time.ts';

/** An instant as the database writes it in a sentence. */
const INSTANT = /(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?[+-]\d\d(?::\d\d)?)/;
/** A call of one of Howdah's own functions, as a remedy names it for those who use SQL; its schema may have another name. */
const CALL = /(?:select |select \* from )[a-z]\w*\.(\w+)\((\d*)[^)]*\)/g;

/** What would make a job run, in the reader's language as far as there are words for its cause. */
export function shortRemedy(view: View, told: { cause: string; remedy: string }): Html | string {
  const own = view.texts.job.causes[told.cause];
  return own ? own.remedy : html`<span lang="en">${databaseRemedy(view, told.remedy, false)}</span>`;
}

/** In the database's own words, which are English; where they name a call in SQL they name the button instead. */
export function databaseRemedy(view: View, remedy: string, isRetryable: boolean): (Html | string)[] {
  return withTimes(withButtons(view, remedy, isRetryable));
}

/** A sentence of the database with its instants as those of pages. */
export function withTimes(text: string): (Html | string)[] {
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
