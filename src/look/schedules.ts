import { parseExactly } from '../db/exact-json.ts';
import { queryRows, type SqlClient } from '../db/sql-client.ts';
import { sqlInstant, toDate } from './instant.ts';

/** An entry of an application's crontab. */
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
  /** Why its latest tick could not be enqueued, and when that was last tried; both null when it was. */
  lastError: string | null;
  lastErrorAt: Date | null;
  /** Whose it is. */
  application: string;
  /** No process of that application was heard of for an hour. */
  isOrphaned: boolean;
  /** Paths of fields in the payload that are not to be shown to people. */
  redactedFields: readonly string[];
}

type Instants = 'lastRunAt' | 'nextRunAt' | 'lastErrorAt';
type ScheduleRow = Omit<Schedule, Instants | 'payload'> &
  Record<Instants, number | null> & { payload: string | null };

const SELECT = `
  select identifier, task, queue, cron, payload::text as payload, ${sqlInstant('last_run_at')} as "lastRunAt",
         ${sqlInstant('next_run_at')} as "nextRunAt", last_error as "lastError",
         ${sqlInstant('last_error_at')} as "lastErrorAt", application, is_orphaned as "isOrphaned",
         to_json(howdah.redacted_fields(task)) as "redactedFields"
  from howdah.schedules
  order by identifier, queue`;

/** Every schedule, by name. */
export async function listSchedules(client: SqlClient): Promise<Schedule[]> {
  const rows = await queryRows<ScheduleRow>(client, SELECT, []);
  return rows.map((row) => ({
    ...row,
    payload: row.payload === null ? null : parseExactly(row.payload),
    lastRunAt: toDate(row.lastRunAt),
    nextRunAt: toDate(row.nextRunAt),
    lastErrorAt: toDate(row.lastErrorAt),
  }));
}
