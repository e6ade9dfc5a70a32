import { queryRows, type SqlClient } from '../db/sql-client.ts';
import { catalogue } from '../tasks/catalogue.ts';
import type { Schedule } from '../work/schedules/crontab.ts';
import { readSchedules } from './read-schedules.ts';

/** This project's schedules, checked against its tasks and the database's queues. @throws {StartupError} */
export async function loadSchedules(client: SqlClient): Promise<Schedule[]> {
  const rows = await queryRows<{ name: string }>(client, 'select name from howdah.queue_registry', []);
  return readSchedules({ catalogue, queues: rows.map(({ name }) => name) });
}
