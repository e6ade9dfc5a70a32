import { html } from 'hono/html';
import type { Html } from '../../http/pages/layout.ts';
import type { NextRuns, ScheduleRun } from '../../look/schedule-runs.ts';
import type { Schedule } from '../../look/schedules.ts';
import { empty } from '../parts/empty.ts';
import { stateBadge } from '../parts/state-badge.ts';
import { table } from '../parts/table.ts';
import { instant, span, when } from '../parts/time.ts';
import { unread } from '../parts/unread.ts';
import type { Content } from '../shell/layout.ts';
import type { View } from '../shell/view.ts';
import { failure, inWords, nextRuns, runNow } from './schedules-page.ts';

export interface ScheduleShown {
  schedule: Schedule;
  /** The latest first; undefined where they cannot be read right now. */
  lastRuns: readonly ScheduleRun[] | undefined;
  next: readonly NextRuns[];
  /** Whether this role is shown payloads, by which runs are told from other jobs. */
  isTold: boolean;
}

/** One schedule: what became of the jobs of its ticks. */
export function schedulePage(view: View, { schedule, lastRuns, next, isTold }: ScheduleShown): Content {
  const { columns, lastRuns: title, noRuns, notTold } = view.texts.schedules;
  const { identifier, task, queue } = schedule;
  const body = html`<h1>${identifier}</h1>
<dl class="facts">
<dt>${columns.task}</dt><dd><a href="${view.link(`tasks/${encodeURIComponent(task)}`)}">${task}</a></dd>
<dt>${columns.queue}</dt><dd><a href="${view.link(`queues/${encodeURIComponent(queue)}`)}">${queue}</a></dd>
<dt>${columns.when}</dt><dd>${inWords(view, schedule)}</dd>
<dt>${columns.last}</dt><dd>${when(view, schedule.lastRunAt)}${failure(view, schedule)}</dd>
<dt>${columns.next}</dt><dd>${nextRuns(view, schedule, next)}</dd>
</dl>
${runNow(view, schedule)}
<h2>${title}</h2>
${lastRuns?.length === 0 ? empty(isTold ? noRuns : notTold) : runTable(view, lastRuns)}`;
  return { title: identifier, page: 'schedules', body };
}

function runTable(view: View, runs: readonly ScheduleRun[] | undefined): Html {
  if (runs === undefined) return unread(view);
  const { runColumns, backfilled } = view.texts.schedules;
  return table(
    runs,
    [
      {
        name: runColumns.tick,
        cell: ({ tickAt, isBackfilled }) =>
          html`${instant(tickAt)}${isBackfilled ? html` <span class="badge">${backfilled}</span>` : ''}`,
      },
      {
        name: runColumns.job,
        cell: ({ jobId }) => html`<a href="${view.link(`jobs/${jobId}`)}">${jobId}</a>`,
      },
      { name: runColumns.state, cell: ({ state }) => stateBadge(view, state) },
      { name: runColumns.started, cell: ({ startedAt }) => (startedAt ? when(view, startedAt) : '') },
      { name: runColumns.took, cell: (run) => took(view, run) },
    ],
    ({ jobId }) => `run-${jobId}`,
  );
}

function took(view: View, { startedAt, finishedAt }: ScheduleRun): string {
  return startedAt && finishedAt ? span(view, finishedAt.getTime() - startedAt.getTime()) : '';
}
