import { queryRows, type SqlClient } from '../../db/sql-client.ts';
import type { Schedule } from './crontab.ts';

/**
 * Tells the database which schedules this process has. `howdah.schedules` shows those of the newest crontab, whoever
 * announces an older one: see src/db/sql/schedules/announce_schedules.sql. Idempotent; a process that lives on says it again.
 */
export async function announceSchedules(client: SqlClient, schedules: readonly Schedule[]): Promise<void> {
  const sorted = schedules.toSorted((a, b) => (a.identifier < b.identifier ? -1 : 1));
  await queryRows(client, 'select howdah.announce_schedules($1)', [JSON.stringify(sorted)]);
}
