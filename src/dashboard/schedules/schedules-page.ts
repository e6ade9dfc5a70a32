import { html } from 'hono/html';
import type { Html } from '../../http/pages/layout.ts';
import type { NextRuns } from '../../look/schedule-runs.ts';
import type { Schedule } from '../../look/schedules.ts';
import { breakable } from '../parts/breakable.ts';
import { commandForm } from '../parts/command-form.ts';
import { empty } from '../parts/empty.ts';
import { table } from '../parts/table.ts';
import { instant, when } from '../parts/time.ts';
import type { Content } from '../shell/layout.ts';
import type { View } from '../shell/view.ts';

/** Every schedule, by name. */
export function schedulesPage(
  view: View,
  schedules: readonly Schedule[],
  next: readonly NextRuns[],
): Content {
  const { title, none } = view.texts.schedules;
  const body = html`<h1>${title}</h1>${schedules.length === 0 ? empty(none) : scheduleTable(view, schedules, next)}`;
  return { title, page: 'schedules', body };
}

function scheduleTable(view: View, schedules: readonly Schedule[], next: readonly NextRuns[]): Html {
  const { columns } = view.texts.schedules;
  return table(schedules, [
    { name: columns.name, cell: (schedule) => nameOf(view, schedule) },
    {
      name: columns.task,
      cell: ({ task }) =>
        html`<a href="${view.link(`tasks/${encodeURIComponent(task)}`)}">${breakable(task)}</a>`,
    },
    {
      name: columns.queue,
      cell: ({ queue }) =>
        html`<a href="${view.link(`queues/${encodeURIComponent(queue)}`)}">${breakable(queue)}</a>`,
    },
    {
      name: columns.when,
      cell: (schedule) => inWords(view, schedule),
    },
    {
      name: columns.last,
      cell: (schedule) => html`${when(view, schedule.lastRunAt)}${failure(view, schedule)}`,
    },
    { name: columns.next, cell: (schedule) => nextRuns(view, schedule, next) },
    { name: columns.act, cell: (schedule) => runNow(view, schedule) },
  ]);
}

/** When it runs: its expression, and what that says. */
export function inWords({ texts }: View, { cron }: Schedule): Html {
  return html`${texts.schedules.words(cron)}<br><code class="quiet">${cron}</code>`;
}

/** What its latest tick failed with, if it did. */
export function failure(view: View, { lastError, lastErrorAt }: Schedule): Html | '' {
  if (lastError === null) return '';
  return html`<br><span class="bad">${breakable(lastError)} ${when(view, lastErrorAt)}</span>`;
}

/** A job as the clock would enqueue it, now. */
export function runNow(view: View, { identifier, queue }: Schedule): Html | '' {
  const fields = { identifier, queue };
  return commandForm(view, { action: 'schedules/run', label: view.texts.schedules.runNow, fields });
}

/** The next, and those after it for who opens them. */
export function nextRuns(
  view: View,
  { identifier, queue, nextRunAt }: Schedule,
  all: readonly NextRuns[],
): Html {
  const found = all.find((each) => each.identifier === identifier && each.queue === queue);
  const [, ...later] = found?.nextRunsAt ?? [];
  if (later.length === 0) return when(view, nextRunAt);
  return html`<details><summary>${when(view, nextRunAt)}</summary>${later.map((at) => html`${view.texts.schedules.afterwards} ${instant(at)}<br>`)}</details>`;
}

/** With the application below, whose crontab has it. */
function nameOf(view: View, schedule: Schedule): Html {
  const { identifier, queue, application, isOrphaned } = schedule;
  const path = `schedules/${encodeURIComponent(queue)}/${encodeURIComponent(identifier)}`;
  const name = html`<a href="${view.link(path)}">${breakable(identifier)}</a>`;
  const from = html`<span class="quiet">${breakable(application)}</span>`;
  if (!isOrphaned) return html`${name}<br>${from}`;
  const { orphaned, orphanedHint } = view.texts.schedules;
  return html`${name} <span class="badge">${orphaned}</span><br>${from}<br><span class="quiet">${orphanedHint(application)}</span>`;
}
