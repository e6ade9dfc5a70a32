import { html } from 'hono/html';
import type { HowdahError } from '../../errors.ts';
import type { Html } from '../../http/pages/layout.ts';
import type { KnownTask } from '../../look/tasks.ts';
import { count } from '../parts/number.ts';
import { span } from '../parts/time.ts';
import type { Content } from '../shell/layout.ts';
import type { Form } from '../shell/take-command.ts';
import type { View } from '../shell/view.ts';
import { goesTo } from './goes-to.ts';
import { payloadFields } from './payload-form.ts';

/** A form that was refused: what was in it, and why. */
export interface Refused {
  form: Form;
  error: HowdahError;
}

export function taskPage(view: View, task: KnownTask, refused?: Refused): Content {
  const { texts } = view;
  const route = goesTo(view, task);
  const body = html`<h1>${task.name}</h1>
<dl class="facts">
<dt>${texts.tasks.columns.application}</dt><dd>${task.application}</dd>
<dt>${texts.tasks.columns.queue}</dt><dd><a href="${view.link(`queues/${encodeURIComponent(task.queue)}`)}">${task.queue}</a></dd>
<dt>${texts.tasks.columns.retries}</dt><dd>${count(view, task.maxRetries)}</dd>
<dt>${texts.tasks.columns.timeout}</dt><dd>${task.timeoutMs === 0 ? texts.tasks.noLimit : span(view, task.timeoutMs)}</dd>
${task.orderBy === null ? '' : html`<dt>${texts.tasks.columns.orderBy}</dt><dd>${task.orderBy}</dd>`}
${route === '' ? '' : html`<dt>${texts.tasks.columns.goesTo}</dt><dd>${route}</dd>`}
<dt>${texts.tasks.columns.workers}</dt><dd>${count(view, task.workerCount)}</dd>
</dl>
<p><a href="${view.link(`jobs?task=${encodeURIComponent(task.name)}`)}">${texts.tasks.itsJobs}</a></p>
${view.mayEnqueue ? enqueueForm(view, task, refused) : ''}
<details><summary>${texts.tasks.schema}</summary><pre>${JSON.stringify(task.payloadSchema, null, 2)}</pre></details>`;
  return { title: task.name, page: 'tasks', body, isLive: false };
}

function enqueueForm(view: View, task: KnownTask, refused: Refused | undefined): Html {
  const { tasks } = view.texts;
  const option = (
    name: string,
    label: string,
    placeholder: string,
  ) => html`<label for="${name}">${label}</label>
<input id="${name}" name="${name}" value="${refused?.form.optional(name) ?? ''}" placeholder="${placeholder}">`;
  return html`<h2>${tasks.enqueue}</h2>
${refused ? mistakes(refused.error) : ''}
<form class="enqueue" method="post" action="${view.link(`tasks/${encodeURIComponent(task.name)}/enqueue`)}">
<input type="hidden" name="key" value="${view.newKey()}">
<input type="hidden" name="back" value="tasks/${encodeURIComponent(task.name)}">
${payloadFields(view, task.payloadSchema, refused?.form)}
<details ${refused ? html`open` : ''}><summary>${tasks.options}</summary>
${option('queue', tasks.columns.queue, task.queue)}
${option('delay', tasks.delay, '10s, 5m, 2h')}
${option('unique', tasks.unique, '')}
</details>
<button>${tasks.enqueueIt}</button>
</form>`;
}

function mistakes({ message, fields }: HowdahError): Html {
  return html`<div class="trouble" role="alert">${
    fields.length === 0
      ? message
      : html`<ul>${fields.map((each) => html`<li><code>${each.field}</code>: ${each.message}</li>`)}</ul>`
  }</div>`;
}
