import { queryRows, type SqlClient } from '../db/sql-client.ts';
import { sqlInstant, toDate } from './instant.ts';

/** An entry of the crontab. */
export interface Schedule {
  identifier: string;
  task: string;
  queue: string;
  /** Minute, hour, day of the month, month, weekday; in UTC. */
  cron: string;
  /** What each job gets; null for an empty object. */
  payload: unknown;
  lastRunAt: Date | null;
  nextRunAt: Date | null;
}

interface ScheduleRow extends Omit<Schedule, 'lastRunAt' | 'nextRunAt'> {
  lastRunAt: number | null;
  nextRunAt: number | null;
}

const SELECT = `
  select identifier, task, queue, cron, payload, ${sqlInstant('last_run_at')} as "lastRunAt",
         ${sqlInstant('next_run_at')} as "nextRunAt"
  from howdah.schedules
  order by identifier, queue`;

/** Every schedule, by name. */
export async function listSchedules(client: SqlClient): Promise<Schedule[]> {
  const rows = await queryRows<ScheduleRow>(client, SELECT, []);
  return rows.map((row) => ({
    ...row,
    lastRunAt: toDate(row.lastRunAt),
    nextRunAt: toDate(row.nextRunAt),
  }));
}
