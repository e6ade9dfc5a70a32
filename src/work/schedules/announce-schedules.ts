import { hostname } from 'node:os';
import { queryRows, type SqlClient } from '../../db/sql-client.ts';
import type { Schedule } from './crontab.ts';

/**
 * Tells the database which schedules this process has. `howdah.schedules` shows those of the newest crontab, whoever
 * announces an older one: see src/db/sql/schedules/announce_schedules.sql. Idempotent; a process that lives on says it again.
 *
 * @param application whose schedules they are. @default that of processes before applications had names
 * @throws with SQLSTATE HWAPP, naming both, when one of the identifiers is another application's; nothing is announced then
 */
export async function announceSchedules(
  client: SqlClient,
  schedules: readonly Schedule[],
  application?: string,
): Promise<void> {
  const values = [toEntries(schedules), application ?? null, hostname()];
  await queryRows(client, 'select howdah.announce_schedules($1::json, $2::text, $3::text)', values);
}

/** Whether the application announced this crontab within the hour, so that announcing it would change nothing but when it was. */
export async function isCrontabAround(
  client: SqlClient,
  schedules: readonly Schedule[],
  application: string,
): Promise<boolean> {
  const rows = await queryRows(
    client,
    `select from howdah.crontab_versions
     where version = howdah.crontab_version($1::json, $2::text) and last_seen_at > clock_timestamp() - interval '1 hour'`,
    [toEntries(schedules), application],
  );
  return rows.length > 0;
}

function toEntries(schedules: readonly Schedule[]): string {
  return JSON.stringify(schedules.toSorted((a, b) => (a.identifier < b.identifier ? -1 : 1)));
}
