import { queryRows, type SqlClient } from '../../db/sql-client.ts';
import type { Schedule } from './crontab.ts';

/**
 * Tells the database which schedules this process has. `howdah.schedules` shows those of the newest crontab, whoever
 * announces an older one: see src/db/sql/schedules/announce_schedules.sql. Idempotent; a process that lives on says it again.
 */
export async function announceSchedules(client: SqlClient, schedules: readonly Schedule[]): Promise<void> {
  await queryRows(client, 'select howdah.announce_schedules($1)', [toEntries(schedules)]);
}

/** Whether this crontab was announced within the hour, so that announcing it would change nothing but when it was. */
export async function isCrontabAround(client: SqlClient, schedules: readonly Schedule[]): Promise<boolean> {
  const rows = await queryRows(
    client,
    `select from howdah.crontab_versions
     where version = md5($1::text) and last_seen_at > clock_timestamp() - interval '1 hour'`,
    [toEntries(schedules)],
  );
  return rows.length > 0;
}

function toEntries(schedules: readonly Schedule[]): string {
  return JSON.stringify(schedules.toSorted((a, b) => (a.identifier < b.identifier ? -1 : 1)));
}
