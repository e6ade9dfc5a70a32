import { queryRows, type SqlClient } from '../db/sql-client.ts';
import { findJobs } from './find-jobs.ts';
import { sqlInstant, toDate } from './instant.ts';
import type { JobState } from './job.ts';
import type { Schedule } from './schedules.ts';

/** A job that a schedule enqueued. */
export interface ScheduleRun {
  /** The minute that it was for. */
  tickAt: Date;
  /** Whether that had passed when it was enqueued. */
  isBackfilled: boolean;
  jobId: string;
  state: JobState;
  startedAt: Date | null;
  finishedAt: Date | null;
}

type ScheduleRunRow = Omit<ScheduleRun, 'tickAt' | 'startedAt' | 'finishedAt'> &
  Record<'tickAt' | 'startedAt' | 'finishedAt', number | null>;

export interface NextRuns {
  identifier: string;
  queue: string;
  /** In order; fewer than asked for where there are not so many within eight years. */
  nextRunsAt: Date[];
}

/** Jobs of the task that are looked at for its ticks: it may be enqueued otherwise too. */
const LOOKED_AT = 200;

const NEXT = `
  select identifier, queue, to_json(array(select ${sqlInstant('r')} from howdah.next_cron_runs(cron, now(), $1) r)) as "nextRunsAt"
  from howdah.schedules
  order by identifier, queue`;

/** When each schedule runs next, by name, as the scheduler itself reckons. @param count 1 to 100 */
export async function listNextRuns(client: SqlClient, count = 5): Promise<NextRuns[]> {
  const rows = await queryRows<Omit<NextRuns, 'nextRunsAt'> & { nextRunsAt: number[] }>(client, NEXT, [
    count,
  ]);
  return rows.map((row) => ({ ...row, nextRunsAt: row.nextRunsAt.map((at) => new Date(at)) }));
}

/**
 * The latest jobs that a schedule enqueued and that are kept, the latest first. A tick is told by what the payload says of it, so
 * none are found by who may not see payloads; another schedule of that task and queue with a tick in the same minute
 * cannot be told apart. Looks at the newest 200 jobs of the task.
 */
export async function listLastRuns(
  client: SqlClient,
  { task, queue, cron }: Pick<Schedule, 'task' | 'queue' | 'cron'>,
  count = 5,
): Promise<ScheduleRun[]> {
  const ids = findJobs({ task, queue }, { order: 'desc', limit: LOOKED_AT });
  const rows = await queryRows<ScheduleRunRow>(client, lastRuns(ids.text), [...ids.values, cron, count]);
  return rows.map(({ tickAt, startedAt, finishedAt, ...row }) => ({
    ...row,
    tickAt: new Date(tickAt ?? 0),
    startedAt: toDate(startedAt),
    finishedAt: toDate(finishedAt),
  }));
}

function lastRuns(ids: string): string {
  return `
    with seen as materialized (${ids}),
    ticks as (
      select j.id, j.state, j.started_at, j.finished_at, j.payload #>> '{_cron,ts}' as ts,
             j.payload #>> '{_cron,backfilled}' = 'true' as is_backfilled
      from howdah.jobs j
      where j.id = any (array(select seen.id from seen))
    ), told as (
      select t.*, case when t.ts ~ '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$' then t.ts::timestamptz end as tick_at
      from ticks t
    )
    select t.id::text as "jobId", t.state, t.is_backfilled as "isBackfilled", ${sqlInstant('t.tick_at')} as "tickAt",
           ${sqlInstant('t.started_at')} as "startedAt", ${sqlInstant('t.finished_at')} as "finishedAt"
    from told t
    where t.tick_at is not null
      and exists (select from howdah.cron_minutes($6, t.tick_at - interval '1 minute', t.tick_at))
    order by t.tick_at desc, t.id desc
    limit $7`;
}
