import { html } from 'hono/html';
import type { Html } from '../../http/pages/layout.ts';
import { isFinished, type Job, type JobError } from '../../look/job.ts';
import { stateBadge } from '../parts/state-badge.ts';
import { instant, span, when } from '../parts/time.ts';
import type { View } from '../shell/view.ts';
import { handedOver } from './handed-over.ts';

/** Something that happened to a job, or will. */
interface Entry {
  at: Date | null;
  /** For its colour. */
  kind: string;
  title: Html | string;
  more?: Html | '';
}

/** The latest failed runs that are kept. */
const MOST_ERRORS = 100;

/** Of a long message so much is shown, and the rest unfolds: a hundred failed runs may each have said a page. */
const SHOWN_LINES = 6;
const SHOWN_LENGTH = 500;
/** A rest that is no longer is not worth it. */
const SHORT_REST = 100;

/** The life of a job from its enqueue to its end, each step with the time since the one before. */
export function timeline(view: View, job: Job): Html {
  const { texts } = view;
  const entries = [
    { at: job.createdAt, kind: 'created', title: texts.job.created },
    ...job.errors.map((error) => failure(view, error)),
    ...present(view, job),
  ];
  return html`<h2>${texts.job.timeline}</h2>
${job.errors.length >= MOST_ERRORS ? html`<p class="quiet">${texts.job.moreErrors}</p>` : ''}
<ol class="timeline">${entries.map((entry, at) => step(view, entry, entries[at - 1]?.at ?? null))}</ol>`;
}

function step(view: View, { at, kind, title, more = '' }: Entry, before: Date | null): Html {
  const gapMs = at && before ? at.getTime() - before.getTime() : 0;
  return html`<li class="${kind}"><div class="timeline-head"><strong>${title}</strong>
${at === null ? '' : html`<span class="timeline-at">${instant(at)}</span>`}
${gapMs > 0 ? html`<span class="quiet">${view.texts.job.later(span(view, gapMs))}</span>` : ''}</div>
${more}</li>`;
}

function failure(view: View, error: JobError): Entry {
  const { job } = view.texts;
  const { attempt, name, message, stack, worker, decision, failedAt, retryAt } = error;
  const next = retryAt === null ? '' : html` · ${job.nextRun} ${instant(retryAt)}`;
  const more = html`${told(name, message)}
<p class="quiet">${job.decisions[decision]}${next}${worker === null ? '' : html` · ${job.onWorker(worker)}`}</p>
${stack === null ? '' : html`<details><summary>${job.stack}</summary><pre>${stack}</pre></details>`}`;
  return { at: failedAt, kind: 'discarded', title: job.failed(attempt), more };
}

function told(name: string, message: string): Html {
  const begin = beginningOf(message);
  const rest = message.slice(begin.length);
  if (rest === '') return html`<p class="failure"><code>${name}</code>: ${message}</p>`;
  return html`<details class="failure"><summary><code>${name}</code>: ${begin}…</summary>${rest}</details>`;
}

function beginningOf(message: string): string {
  const begin = message.split('\n', SHOWN_LINES).join('\n').slice(0, SHOWN_LENGTH);
  if (message.length - begin.length <= SHORT_REST) return message;
  return begin.replace(/[\ud800-\udbff]$/, ''); // no half of a character
}

/** Its latest run where that has not failed, and what it waits for or how it ended. */
function present(view: View, found: Job): Entry[] {
  const { job } = view.texts;
  const { state, attempt, startedAt, finishedAt, durationMs, runAt } = found;
  const badge = stateBadge(view, state);
  if (isFinished(state)) {
    const took =
      durationMs === null ? '' : html` <span class="quiet">${job.took(span(view, durationMs))}</span>`;
    const hasBegun = startedAt !== null && !found.errors.some((error) => error.attempt === attempt);
    return [
      ...(hasBegun ? [began(view, found)] : []),
      {
        at: finishedAt,
        kind: state,
        title: html`${badge}${took}`,
        more: html`${reason(found)}${whereTo(view, found)}`,
      },
    ];
  }
  if (state === 'running') return [began(view, found)];
  return [{ at: runAt, kind: state, title: html`${badge} ${runAt === null ? '' : when(view, runAt)}` }];
}

function began(view: View, { attempt, startedAt, worker, state }: Job): Entry {
  const { job } = view.texts;
  const sinceMs = startedAt === null ? 0 : view.now.getTime() - startedAt.getTime();
  const runs = state === 'running' ? html`${job.runs(span(view, sinceMs))} · ` : '';
  const more = worker === null ? '' : html`<p class="quiet">${runs}${job.onWorker(worker)}</p>`;
  return { at: startedAt, kind: 'running', title: job.began(attempt), more };
}

function whereTo(view: View, found: Job): Html | '' {
  const said = handedOver(view, found);
  return said === undefined ? '' : html`<p>${said}</p>`;
}

/** Why it was cancelled or given up, where no failed run has said so. */
function reason({ lastError, errors }: Job): Html | '' {
  const isSaid = errors.some(({ message }) => message === lastError);
  return lastError === null || isSaid ? '' : html`<p class="failure">${lastError}</p>`;
}
