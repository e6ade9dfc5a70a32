import { listLastRuns, listNextRuns, type NextRuns } from '../../look/schedule-runs.ts';
import { listSchedules, type Schedule } from '../../look/schedules.ts';
import { seesPayloads } from '../../look/sees-payloads.ts';
import { unlessLocked } from '../../look/within-time.ts';
import { enqueueRecorded, toNewJobs } from '../../wire/enqueue-requested.ts';
import type { DashboardApp, DashboardDependencies } from '../dependencies.ts';
import { PageError } from '../shell/page-error.ts';
import { shareRedraws } from '../shell/share-redraws.ts';
import { showPage } from '../shell/show-page.ts';
import { takeCommand } from '../shell/take-command.ts';
import { type ScheduleShown, schedulePage } from './schedule-page.ts';
import { schedulesPage } from './schedules-page.ts';

const RUNS = 20;

/** What runs by the clock, when it did and when it will. */
export function addSchedulePages(app: DashboardApp, deps: DashboardDependencies): void {
  const { db, distributor } = deps;
  const shareAll = shareRedraws<[Schedule[], NextRuns[]]>();
  const shareOne = shareRedraws<ScheduleShown>();
  app.get(
    '/dashboard/schedules',
    showPage(deps, async (c, view) => {
      const [schedules, next] = await shareAll(c, () => Promise.all([listSchedules(db), listNextRuns(db)]));
      return schedulesPage(view, schedules, next);
    }),
  );
  app.get(
    '/dashboard/schedules/:queue/:identifier',
    showPage(deps, async (c, view) => {
      const { identifier = '', queue = '' } = c.req.param();
      return schedulePage(view, await shareOne(c, () => readSchedule(deps, identifier, queue)));
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

async function readSchedule(
  deps: DashboardDependencies,
  identifier: string,
  queue: string,
): Promise<ScheduleShown> {
  const schedule = await findSchedule(deps, identifier, queue);
  const [lastRuns, next, isTold] = await Promise.all([
    unlessLocked(deps.db, (tx) => listLastRuns(tx, schedule, RUNS)),
    listNextRuns(deps.db),
    seesPayloads(deps.db),
  ]);
  return { schedule, lastRuns, next, isTold };
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
  throw new PageError('not_found', ({ schedule }) => ({
    detail: schedule(JSON.stringify(identifier), JSON.stringify(queue)),
  }));
}
