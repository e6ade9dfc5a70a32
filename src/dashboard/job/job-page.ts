import { html } from 'hono/html';
import type { HowdahError } from '../../errors.ts';
import type { Html } from '../../http/pages/layout.ts';
import type { Explanation } from '../../look/explain-job.ts';
import type { Job } from '../../look/job.ts';
import { withinDepth } from '../../wire/within-depth.ts';
import { jobTable } from '../parts/job-table.ts';
import { jsonView } from '../parts/json-view.ts';
import { progressBar } from '../parts/progress-bar.ts';
import { stateBadge } from '../parts/state-badge.ts';
import { span, when } from '../parts/time.ts';
import type { Content } from '../shell/layout.ts';
import type { Form } from '../shell/take-command.ts';
import type { View } from '../shell/view.ts';
import { explained } from './explained.ts';
import { jobCommands } from './job-commands.ts';
import { type Related, traceOf } from './read-related.ts';
import { timeline } from './timeline.ts';

export interface JobShown {
  job: Job;
  explanation: Explanation | undefined;
  related: readonly Related[];
}

/** A form that was refused: which, what was in it, and why. */
export interface RefusedForm {
  menu: 'reschedule' | 'enqueue';
  form: Form;
  error: HowdahError;
}

/** All there is to know about one job, and what can be done to it. */
export function jobPage(view: View, { job, explanation, related }: JobShown, refused?: RefusedForm): Content {
  const title = view.texts.job.title(job.id);
  const body = html`<h1>${title} <span class="quiet">${job.task}</span> ${stateBadge(view, job.state)}</h1>
${explanation === undefined ? '' : explained(view, explanation)}
${job.state === 'running' ? html`<div data-refresh>${progressBar(job)}</div>` : ''}
${jobCommands(view, job, refused)}
${facts(view, job)}
${timeline(view, job)}
${contents(view, job)}
${relatedJobs(view, related)}`;
  return { title: `${title} · ${job.task}`, page: 'jobs', body, isLive: refused === undefined };
}

function facts(view: View, job: Job): Html {
  const { facts: names } = view.texts.job;
  const { link } = view;
  const search = (name: string, value: string) =>
    html`<a href="${link(`jobs?${new URLSearchParams({ [name]: value })}`)}">${value}</a>`;
  const trace = traceOf(job);
  const rows: [string, Html | string | null][] = [
    [names.queue, html`<a href="${link(`queues/${encodeURIComponent(job.queue)}`)}">${job.queue}</a>`],
    [names.task, search('task', job.task)],
    [names.attempt, `${job.attempt}/${job.maxAttempts}`],
    [names.priority, job.priority === 0 ? null : String(job.priority)],
    [names.key, job.key && search('key', job.key)],
    [names.sequence, job.sequence && search('sequence', job.sequence)],
    [names.deadline, job.deadline && when(view, job.deadline)],
    [names.timeout, timeLimit(view, job.timeoutMs)],
    [names.worker, job.worker && search('worker', job.worker)],
    [names.trace, view.mayAct && trace !== undefined ? search('trace', trace) : null],
    [names.expires, job.expiresAt && when(view, job.expiresAt)],
  ];
  const shown = rows.filter(([, value]) => value !== null && value !== '');
  return html`<dl class="facts">${shown.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}

function timeLimit(view: View, timeoutMs: number | null): string | null {
  if (timeoutMs === null) return null;
  return timeoutMs === 0 ? view.texts.parts.noLimit : span(view, timeoutMs);
}

function contents(view: View, job: Job): Html {
  const { texts, mayAct } = view;
  if (!mayAct) return html`<p class="quiet">${texts.job.hidden}</p>`;
  const { payload, result, resultNote, headers, state } = job;
  return html`<h2>${texts.job.payload}</h2>${jsonView(view, withinDepth(payload))}
${result === null ? (state === 'completed' ? html`<h2>${texts.job.result}</h2><p class="quiet">${texts.job.noResult}</p>` : '') : html`<h2>${texts.job.result}</h2>${jsonView(view, withinDepth(result))}`}
${resultNote === null ? '' : html`<p class="quiet">${texts.job.resultNote}: ${resultNote}</p>`}
${headers === null ? '' : html`<h2>${texts.job.headers}</h2>${jsonView(view, headers)}`}`;
}

function relatedJobs(view: View, related: readonly Related[]): Html | '' {
  const shown = related.filter(({ jobs }) => jobs.length > 0);
  if (shown.length === 0) return '';
  return html`<h2>${view.texts.job.related}</h2>
${shown.map(({ by, jobs }) => html`<h3>${view.texts.job[by]}</h3>${jobTable(view, jobs)}`)}`;
}
