import type { LoadedApp } from '../../app/load-tasks.ts';
import { queryRows, type SqlClient } from '../../db/sql-client.ts';
import type { Schedule } from '../../work/schedules/crontab.ts';
import { readSchedules } from './read-schedules.ts';

/**
 * The application's schedules, checked against its tasks and the database's queues.
 *
 * @param late queues that are about to be made. @default none
 * @throws {StartupError} with every mistake in them
 */
export async function loadSchedules(
  { app, catalogue }: LoadedApp,
  client: SqlClient,
  late: readonly string[] = [],
): Promise<Schedule[]> {
  const rows = await queryRows<{ name: string }>(
    client,
    'select name from howdah.queue_registry where removed_at is null',
    [],
  );
  const queues = [...rows.map(({ name }) => name), ...late];
  return readSchedules({ catalogue, queues }, app.crontab);
}
