import { queryRows, type SqlClient } from '../db/sql-client.ts';
import { catalogue } from '../tasks/catalogue.ts';
import type { Schedule } from '../work/schedules/crontab.ts';
import { readSchedules } from './read-schedules.ts';

/**
 * This project's schedules, checked against its tasks and the database's queues.
 *
 * @param late queues that are about to be made. @default none
 * @throws {StartupError} with every mistake in them
 */
export async function loadSchedules(client: SqlClient, late: readonly string[] = []): Promise<Schedule[]> {
  const rows = await queryRows<{ name: string }>(client, 'select name from howdah.queue_registry', []);
  return readSchedules({ catalogue, queues: [...rows.map(({ name }) => name), ...late] });
}
