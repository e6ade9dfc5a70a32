import { html } from 'hono/html';
import { stringifyExactly } from '../../db/exact-json.ts';
import type { Html } from '../../http/pages/layout.ts';
import type { Job, JobState } from '../../look/job.ts';
import { BULK_STATES } from '../../operate/bulk.ts';
import { commandForm } from '../parts/command-form.ts';
import type { View } from '../shell/view.ts';

const MAX_REASON_LENGTH = 500;

/** What can be done to a job in its state. What cannot be taken back asks first. */
export function jobCommands(view: View, job: Job): Html {
  if (!view.mayAct) return html``;
  const { actions } = view.texts.job;
  const at = `jobs/${job.id}`;
  const may = (states: readonly JobState[]) => states.includes(job.state);
  return html`<div class="actions commands">
${may(BULK_STATES.retry) && job.state !== 'scheduled' ? commandForm(view, { action: `${at}/retry`, label: actions.retry, shortcut: 'r' }) : ''}
${may(['scheduled']) ? commandForm(view, { action: `${at}/run-now`, label: actions.runNow, shortcut: 'r' }) : ''}
${may(['scheduled', 'available', 'retryable']) ? reschedule(view, at) : ''}
${may(BULK_STATES.cancel) ? asking(view, { command: 'cancel', at }) : ''}
${may(BULK_STATES.discard) ? asking(view, { command: 'discard', at }) : ''}
${enqueueAgain(view, job)}
</div>`;
}

function asking(view: View, { command, at }: { command: 'cancel' | 'discard'; at: string }): Html {
  const { job, jobs } = view.texts;
  const { actions } = job;
  const name = `reason-${command}`;
  const inputs = html`<p>${actions[`${command}Hint`]}</p><label for="${name}">${jobs.confirm.reason}</label> <input id="${name}" name="reason" maxlength="${MAX_REASON_LENGTH}"> `;
  const button = { action: `${at}/${command}`, label: actions[`${command}Now`], inputs, isDanger: true };
  return html`<details class="menu" id="menu-${command}"><summary data-shortcut="${command === 'cancel' ? 'c' : ''}">${actions[command]}</summary>${commandForm(view, button)}</details>`;
}

function reschedule(view: View, at: string): Html {
  const { actions } = view.texts.job;
  const inputs = html`<label for="run-at">${actions.at}</label> <input id="run-at" name="at" type="datetime-local" step="1">
<label for="run-after">${actions.after}</label> <input id="run-after" name="after" size="8" placeholder="15m" aria-describedby="run-after-hint">
<p class="quiet" id="run-after-hint">${actions.afterHint}</p>`;
  const button = { action: `${at}/reschedule`, label: actions.rescheduleNow, inputs };
  return html`<details class="menu" id="menu-reschedule"><summary>${actions.reschedule}</summary>${commandForm(view, button)}</details>`;
}

function enqueueAgain(view: View, { id, payload }: Job): Html {
  const { job } = view.texts;
  const inputs = html`<p>${job.enqueueHint}</p><label for="payload">${job.payloadField}</label>
<textarea id="payload" name="payload" spellcheck="false" rows="10">${stringifyExactly(payload, 2) ?? ''}</textarea>`;
  const button = { action: `jobs/${id}/enqueue-again`, label: job.enqueueNow, inputs };
  return html`<details class="menu wide-menu" id="menu-enqueue"><summary>${job.enqueueAgain}</summary>${commandForm(view, button)}</details>`;
}
