import { html } from 'hono/html';
import type { HowdahError } from '../../errors.ts';
import type { Html } from '../../http/pages/layout.ts';
import type { Explanation } from '../../look/explain-job.ts';
import type { Job } from '../../look/job.ts';
import type { RelatedJobs } from '../../look/related-jobs.ts';
import { traceIdOf } from '../../look/trace-id.ts';
import type { linksOf } from '../../wire/job-links.ts';
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
import { timeline } from './timeline.ts';

type JobLinks = ReturnType<typeof linksOf>;

export interface JobShown {
  job: Job;
  explanation: Explanation | undefined;
  /** Undefined where they could not be found in time. */
  related: RelatedJobs | undefined;
  /** To places of the application's own, such as its logs. */
  links: JobLinks;
}

/** A form that was refused: which, what was in it, and why. */
export interface RefusedForm {
  menu: 'reschedule' | 'enqueue';
  form: Form;
  error: HowdahError;
}

/** All there is to know about one job, and what can be done to it. */
export function jobPage(
  view: View,
  { job, explanation, related, links }: JobShown,
  refused?: RefusedForm,
): Content {
  const title = view.texts.job.title(job.id);
  const body = html`<h1>${title} <span class="quiet">${job.task}</span> ${stateBadge(view, job.state)}</h1>
${explanation === undefined ? '' : explained(view, explanation)}
${job.state === 'running' ? html`<div data-refresh>${progressBar(job)}</div>` : ''}
${jobCommands(view, job, refused)}
${facts(view, job)}
${linkList(links)}
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
  const trace = traceIdOf(job.headers);
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
    [names.trace, view.mayAct && trace !== null ? search('trace', trace) : null],
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

function linkList(links: JobLinks): Html | '' {
  if (links.length === 0) return '';
  return html`<ul class="tabs">${links.map(({ label, url }) => html`<li><a href="${url}" target="_blank" rel="noreferrer">${label}</a></li>`)}</ul>`;
}

function relatedJobs(view: View, related: RelatedJobs | undefined): Html | '' {
  if (!related) return '';
  const { texts, link } = view;
  const { againOf, again } = related;
  const jobLink = (id: string) => html`<a href="${link(`jobs/${id}`)}">${id}</a> `;
  const groups = [
    [texts.job.sameKey, related.key],
    [texts.job.sameSequence, related.sequence],
    [texts.job.sameTrace, view.mayAct ? related.trace : []],
  ] as const;
  const shown = groups.filter(([, jobs]) => jobs.length > 0);
  if (shown.length === 0 && againOf === null && again.length === 0) return '';
  return html`<h2>${texts.job.related}</h2>
${againOf === null ? '' : html`<p>${texts.job.againOf} ${jobLink(againOf)}</p>`}
${again.length === 0 ? '' : html`<p>${texts.job.again} ${again.map(jobLink)}</p>`}
${shown.map(([title, jobs]) => html`<h3>${title}</h3>${jobTable(view, jobs)}`)}`;
}
