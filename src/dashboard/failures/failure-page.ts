import { html } from 'hono/html';
import type { Html } from '../../http/pages/layout.ts';
import type { Canary, CanaryJob } from '../../look/canaries.ts';
import type { FailureGroup } from '../../look/failure-groups.ts';
import type { JobSummary } from '../../look/job.ts';
import { commandForm } from '../parts/command-form.ts';
import { empty } from '../parts/empty.ts';
import { jobTable } from '../parts/job-table.ts';
import { count } from '../parts/number.ts';
import { sparkline } from '../parts/sparkline.ts';
import { when } from '../parts/time.ts';
import type { Content } from '../shell/layout.ts';
import { MAX_REASON_LENGTH } from '../shell/max-reason-length.ts';
import type { View } from '../shell/view.ts';

export interface Failure {
  id: string;
  /** Undefined when none of its jobs is failed any more; what was done about it is still told. */
  group: FailureGroup | undefined;
  canaries: readonly Canary[];
  newest: readonly JobSummary[];
}

export function failurePage(view: View, { id, group, canaries, newest }: Failure): Content {
  const { failures } = view.texts;
  const [latest] = canaries;
  const error = group ? group.error : (latest?.error ?? null);
  const task = group?.task ?? latest?.task ?? '';
  const body = html`<h1>${task}</h1>
<pre>${error ?? failures.noError}</pre>
${group ? facts(view, group) : empty(failures.over)}
${group && group.discardedCount > 0 ? mend(view, id, { group, latest }) : ''}
${canaries.length === 0 ? '' : html`<h2>${failures.canaries}</h2>${canaries.map((canary) => canaryOutcome(view, canary))}`}
${newest.length === 0 ? '' : html`<h2>${failures.newest}</h2>${jobTable(view, newest)}<p><a href="${view.link(`jobs?failure=${id}`)}">${failures.allJobs}</a></p>`}`;
  return { title: `${task}: ${error ?? failures.noError}`, page: 'failures', body };
}

function facts(view: View, group: FailureGroup): Html {
  const { failures } = view.texts;
  const words = failures.trend(group.trend.map((n) => count(view, n)).join(', '));
  return html`<dl class="facts">
<dt>${failures.discarded}</dt><dd>${count(view, group.discardedCount)}</dd>
<dt>${failures.retrying}</dt><dd>${count(view, group.retryingCount)}</dd>
<dt>${failures.columns.first}</dt><dd>${when(view, group.firstSeenAt)}</dd>
<dt>${failures.columns.last}</dt><dd>${when(view, group.lastSeenAt)}</dd>
<dt>${failures.columns.trend}</dt><dd>${sparkline(group.trend, words)}</dd>
<dt>${failures.queues}</dt><dd>${group.queues.join(', ')}</dd>
</dl>`;
}

/** What the form says where the page shows no canary. */
const NONE = 'none';

/** Some first; all once those have ended well, or by those who know better. */
function mend(
  view: View,
  id: string,
  { group, latest }: { group: FailureGroup; latest: Canary | undefined },
): Html {
  const { failures } = view.texts;
  const reason = html`<label for="reason">${failures.reason}</label> <input id="reason" name="reason" maxlength="${MAX_REASON_LENGTH}"> `;
  const wentWell = latest?.isOver === true && latest.jobs.every(({ outcome }) => outcome === 'completed');
  const all = new URLSearchParams({ action: 'retry', scope: 'all', q: `failure:${id} state:discarded` });
  if (!view.mayAct) return html``;
  return html`<h2>${failures.mend}</h2>
<p>${wentWell ? failures.wentWell(count(view, group.discardedCount)) : failures.how}</p>
<div class="actions">
${commandForm(view, { action: `failures/${id}/canary`, label: failures.retrySome, fields: { seen: latest?.id ?? NONE }, inputs: reason })}
<a class="button ${wentWell ? '' : 'quiet-button'}" href="${view.link(`jobs/act?${all}`)}" data-shortcut="r">${failures.retryAll(count(view, group.discardedCount))}</a>
</div>`;
}

function canaryOutcome(view: View, { jobs, startedAt, startedBy, reason }: Canary): Html {
  const { failures } = view.texts;
  return html`<section class="canary"><p>${failures.canary(count(view, jobs.length), startedBy)} ${when(view, startedAt)}${reason === null ? '' : html`: ${reason}`}</p>
<ul>${jobs.map((job) => html`<li>${jobOutcome(view, job)}</li>`)}</ul></section>`;
}

function jobOutcome({ texts, link }: View, { id, outcome, error, isOver }: CanaryJob): Html {
  const { outcomes, again } = texts.failures;
  const mood = { completed: 'good', failed: 'bad' }[outcome as string] ?? 'quiet';
  return html`<a href="${link(`jobs/${id}`)}">${id}</a> <span class="${mood}">${outcomes[outcome]}${outcome === 'failed' && !isOver ? ` ${again}` : ''}</span>${error === null ? '' : html` <span class="quiet">${error}</span>`}`;
}
