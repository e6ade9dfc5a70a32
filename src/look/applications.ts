import { queryRows, type SqlClient } from '../db/sql-client.ts';
import { sqlInstant, toDate } from './instant.ts';

/** One of the applications that share the database. */
export interface Application {
  name: string;
  /** Names of its tasks and of its schedules. */
  tasks: string[];
  schedules: string[];
  /** Runners of it that live: one a queue and process. */
  workerCount: number;
  /** Where it announced its tasks from, the latest first. */
  hosts: string[];
  /** When one of its processes last did, as each does at its start and every five minutes; null for not since there are names. */
  lastSeenAt: Date | null;
  /** No process of it was heard of for an hour. What it has stays its own. */
  isGone: boolean;
}

const SELECT = `
  select name, to_json(tasks) as tasks, to_json(schedules) as schedules, workers as "workerCount", to_json(hosts) as hosts, ${sqlInstant('last_seen_at')} as "lastSeenAt",
         is_gone as "isGone"
  from howdah.applications
  order by name`;

/** Every application that announced something and was not forgotten, by name. */
export async function listApplications(client: SqlClient): Promise<Application[]> {
  const rows = await queryRows<Omit<Application, 'lastSeenAt'> & { lastSeenAt: number | null }>(
    client,
    SELECT,
    [],
  );
  return rows.map((row) => ({ ...row, lastSeenAt: toDate(row.lastSeenAt) }));
}
