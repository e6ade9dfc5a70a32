import { html } from 'hono/html';
import { stringifyExactly } from '../../db/exact-json.ts';
import type { Html } from '../../http/pages/layout.ts';
import type { Job, JobState } from '../../look/job.ts';
import { BULK_STATES } from '../../operate/bulk.ts';
import { commandForm } from '../parts/command-form.ts';
import { menu } from '../parts/menu.ts';
import { MAX_REASON_LENGTH } from '../shell/max-reason-length.ts';
import type { View } from '../shell/view.ts';
import type { RefusedForm } from './job-page.ts';

/** As a form sends it, which may have 64 KiB. */
const MAX_EDITED_LENGTH = 60_000;

/** What can be done to a job in its state. What cannot be taken back asks first. */
export function jobCommands(view: View, job: Job, refused?: RefusedForm): Html {
  if (!view.mayAct) return html``;
  const { actions } = view.texts.job;
  const at = `jobs/${job.id}`;
  const may = (states: readonly JobState[]) => states.includes(job.state);
  return html`<div class="actions commands">
${may(BULK_STATES.retry) && job.state !== 'scheduled' ? commandForm(view, { action: `${at}/retry`, label: actions.retry, shortcut: 'r', fields: { shown: job.state } }) : ''}
${may(['scheduled']) ? commandForm(view, { action: `${at}/run-now`, label: actions.runNow, shortcut: 'r' }) : ''}
${may(['scheduled', 'available', 'retryable']) ? reschedule(view, at, refused) : ''}
${may(BULK_STATES.cancel) ? asking(view, { command: 'cancel', at }) : ''}
${may(BULK_STATES.discard) ? asking(view, { command: 'discard', at }) : ''}
${view.mayEnqueue ? enqueueAgain(view, job, refused) : ''}
</div>`;
}

function asking(view: View, { command, at }: { command: 'cancel' | 'discard'; at: string }): Html {
  const { job, jobs } = view.texts;
  const { actions } = job;
  const id = `reason-${command}`;
  const inputs = html`<p>${actions[`${command}Hint`]}</p><label for="${id}">${jobs.confirm.reason}</label> <input id="${id}" name="reason" maxlength="${MAX_REASON_LENGTH}"> `;
  const button = { action: `${at}/${command}`, label: actions[`${command}Now`], inputs, isDanger: true };
  const shortcut = command === 'cancel' ? 'c' : '';
  return menu({ name: command, label: actions[command], shortcut }, commandForm(view, button));
}

function reschedule(view: View, at: string, refused: RefusedForm | undefined): Html {
  const { actions } = view.texts.job;
  const own = refused?.menu === 'reschedule' ? refused : undefined;
  const inputs = html`${mistakes(own)}<label for="run-at">${actions.at}</label> <input id="run-at" name="at" type="datetime-local" step="1" value="${own?.form.optional('at') ?? ''}">
<label for="run-after">${actions.after}</label> <input id="run-after" name="after" size="8" placeholder="15m" value="${own?.form.optional('after') ?? ''}" aria-describedby="run-after-hint">
<p class="quiet" id="run-after-hint">${actions.afterHint}</p>`;
  const button = { action: `${at}/reschedule`, label: actions.rescheduleNow, inputs };
  const isOpen = own !== undefined;
  return menu({ name: 'reschedule', label: actions.reschedule, isOpen }, commandForm(view, button));
}

function enqueueAgain(view: View, { id, payload }: Job, refused: RefusedForm | undefined): Html {
  const { job } = view.texts;
  const own = refused?.menu === 'enqueue' ? refused : undefined;
  const text = own ? (own.form.optional('payload') ?? '') : (stringifyExactly(payload, 2) ?? '');
  const isOpen = own !== undefined;
  const shown = { name: 'enqueue', label: job.enqueueAgain, isOpen, isWide: true };
  if (encodeURIComponent(text.toWellFormed()).length > MAX_EDITED_LENGTH)
    return menu(shown, html`<p class="menu-words">${job.tooLarge}</p>`);
  const inputs = html`<p>${job.enqueueHint}</p>${mistakes(own)}<label for="payload">${job.payloadField}</label>
<textarea id="payload" name="payload" spellcheck="false" rows="10">${text}</textarea>`;
  const button = { action: `jobs/${id}/enqueue-again`, label: job.enqueueNow, inputs };
  return menu(shown, commandForm(view, button));
}

function mistakes(refused: RefusedForm | undefined): Html | '' {
  if (!refused) return '';
  const { fields, message } = refused.error;
  const said =
    fields.length === 0
      ? [html`${message}`]
      : fields.map((each) => html`<code>${each.field}</code>: ${each.message}`);
  return html`<div class="trouble" role="alert">${said.map((each) => html`<p>${each}</p>`)}</div>`;
}
