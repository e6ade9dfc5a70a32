import { html } from 'hono/html';
import { HowdahError } from '../../errors.ts';
import type { Html } from '../../http/pages/layout.ts';
import { listNextRuns, type NextRuns } from '../../look/schedule-runs.ts';
import { listSchedules, type Schedule } from '../../look/schedules.ts';
import { enqueueRecorded, toNewJobs } from '../../wire/enqueue-requested.ts';
import type { DashboardApp, DashboardDependencies } from '../dependencies.ts';
import { breakable } from '../parts/breakable.ts';
import { commandForm } from '../parts/command-form.ts';
import { empty } from '../parts/empty.ts';
import { table } from '../parts/table.ts';
import { instant, when } from '../parts/time.ts';
import { shareRedraws } from '../shell/share-redraws.ts';
import { showPage } from '../shell/show-page.ts';
import { takeCommand } from '../shell/take-command.ts';
import type { View } from '../shell/view.ts';

/** What runs by the clock, when it did and when it will. */
export function addSchedulesPage(app: DashboardApp, deps: DashboardDependencies): void {
  const { db, distributor } = deps;
  const share = shareRedraws<[Schedule[], NextRuns[]]>();
  app.get(
    '/dashboard/schedules',
    showPage(deps, async (c, view) => {
      const [schedules, next] = await share(c, () => Promise.all([listSchedules(db), listNextRuns(db)]));
      const { title, none } = view.texts.schedules;
      const body = html`<h1>${title}</h1>${schedules.length === 0 ? empty(none) : scheduleTable(view, schedules, next)}`;
      return { title, page: 'schedules', body };
    }),
  );
  app.post(
    '/dashboard/schedules/run',
    takeCommand(deps, async ({ form, change }) => {
      const { task, queue, payload } = await findSchedule(deps, form.text('identifier'), form.text('queue'));
      const jobs = await toNewJobs(deps, [{ task, queue, payload: payload ?? {} }]);
      return change(async (tx) => {
        const [job] = await enqueueRecorded(tx, distributor, jobs);
        return { what: 'enqueued', job: job?.id };
      });
    }),
  );
}

/** @throws {HowdahError} `not_found` for one that its application has taken away meanwhile */
async function findSchedule(
  { db }: DashboardDependencies,
  identifier: string,
  queue: string,
): Promise<Schedule> {
  const all = await listSchedules(db);
  const found = all.find((each) => each.identifier === identifier && each.queue === queue);
  if (found) return found;
  throw new HowdahError('not_found', {
    detail: `There is no schedule ${JSON.stringify(identifier)} in queue ${JSON.stringify(queue)} any more`,
  });
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
      cell: ({ cron }) => html`${view.texts.schedules.words(cron)}<br><code class="quiet">${cron}</code>`,
    },
    {
      name: columns.last,
      cell: (schedule) => html`${when(view, schedule.lastRunAt)}${failure(view, schedule)}`,
    },
    { name: columns.next, cell: (schedule) => nextRuns(view, schedule, next) },
    {
      name: columns.act,
      cell: ({ identifier, queue }) =>
        commandForm(view, {
          action: 'schedules/run',
          label: view.texts.schedules.runNow,
          fields: { identifier, queue },
        }),
    },
  ]);
}

/** The next, and those after it for who opens them. */
function nextRuns(view: View, { identifier, queue, nextRunAt }: Schedule, all: readonly NextRuns[]): Html {
  const found = all.find((each) => each.identifier === identifier && each.queue === queue);
  const [, ...later] = found?.nextRunsAt ?? [];
  if (later.length === 0) return when(view, nextRunAt);
  return html`<details><summary>${when(view, nextRunAt)}</summary>${later.map((at) => html`${view.texts.schedules.afterwards} ${instant(at)}<br>`)}</details>`;
}

/** With the application below, whose crontab has it. */
function nameOf(view: View, schedule: Schedule): Html {
  const { identifier, application, isOrphaned } = schedule;
  const from = html`<span class="quiet">${breakable(application)}</span>`;
  if (!isOrphaned) return html`${breakable(identifier)}<br>${from}`;
  const { orphaned, orphanedHint } = view.texts.schedules;
  return html`${breakable(identifier)} <span class="badge">${orphaned}</span><br>${from}<br><span class="quiet">${orphanedHint(application)}</span>`;
}

function failure(view: View, { lastError, lastErrorAt }: Schedule): Html | '' {
  if (lastError === null) return '';
  return html`<br><span class="bad">${breakable(lastError)} ${when(view, lastErrorAt)}</span>`;
}
