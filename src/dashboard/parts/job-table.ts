import { html } from 'hono/html';
import type { Html } from '../../http/pages/layout.ts';
import { isFinished, type JobSummary } from '../../look/job.ts';
import type { View } from '../shell/view.ts';
import { breakable } from './breakable.ts';
import { progressBar } from './progress-bar.ts';
import { stateBadge } from './state-badge.ts';
import { when } from './time.ts';

export interface JobTableOptions {
  /** Id of the form that sends which jobs were selected. @default they cannot be */
  form?: string | undefined;
}

const MAX_ERROR_LENGTH = 500;

/** A row for each job. */
export function jobTable(view: View, found: readonly JobSummary[], { form }: JobTableOptions = {}): Html {
  const { columns, selectAll } = view.texts.jobs;
  return html`<div class="scroll"><table class="rows jobs">
<thead><tr>
${form === undefined ? '' : html`<th scope="col" class="choice"><input type="checkbox" class="js-only" data-select-all aria-label="${selectAll}"></th>`}
<th scope="col" class="number">${columns.id}</th><th scope="col">${columns.task}</th><th scope="col">${columns.queue}</th><th scope="col">${columns.state}</th>
<th scope="col" class="number">${columns.attempt}</th><th scope="col">${columns.created}</th><th scope="col">${columns.times}</th><th scope="col">${columns.error}</th></tr></thead>
<tbody>${found.map((job) => row(view, job, form))}</tbody>
</table></div>`;
}

function row(view: View, job: JobSummary, form: string | undefined): Html {
  const { columns, selectOne } = view.texts.jobs;
  const shown = (job.lastError ?? '').trim().slice(0, MAX_ERROR_LENGTH);
  return html`<tr data-row id="job-${job.id}">
${form === undefined ? '' : html`<td class="choice"><input type="checkbox" name="id" value="${job.id}" form="${form}" aria-label="${selectOne(job.id)}"></td>`}
<th scope="row" class="number"><a href="${view.link(`jobs/${job.id}`)}">${job.id}</a></th>
<td data-label="${columns.task}">${breakable(job.task)}</td>
<td data-label="${columns.queue}">${breakable(job.queue)}</td>
<td data-label="${columns.state}">${stateBadge(view, job.state)}${job.state === 'running' ? progressBar(job) : ''}</td>
<td class="number" data-label="${columns.attempt}">${job.attempt}/${job.maxAttempts}</td>
<td data-label="${columns.created}">${when(view, job.createdAt)}</td>
<td data-label="${columns.times}">${times(view, job)}</td>
<td data-label="${columns.error}" class="error" title="${shown}">${breakable(firstLine(shown))}</td>
</tr>`;
}

/** What comes next or came last. */
function times(view: View, { startedAt, finishedAt, runAt, state }: JobSummary): Html {
  const { jobs } = view.texts;
  const latest = isFinished(state)
    ? ([jobs.ended, finishedAt] as const)
    : state === 'running'
      ? ([jobs.started, startedAt] as const)
      : ([state === 'available' ? jobs.due : jobs.runs, runAt] as const);
  const [word, at] = latest;
  return at === null ? html`` : html`<span class="quiet">${word}</span> ${when(view, at)}`;
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
