import { queryRows, type SqlClient } from '../db/sql-client.ts';
import { sqlInstant, toDate } from './instant.ts';
import { type QueueStats, readQueueStats } from './queue-stats.ts';

/** One queue, as its operator sees it. */
export interface Queue extends QueueStats {
  /** Schema of its tables: what the stock command line takes as `--schema`. */
  schemaName: string;
  pausedAt: Date | null;
  pausedBy: string | null;
}

interface SettingRow {
  name: string;
  schemaName: string;
  pausedAt: number | null;
  pausedBy: string | null;
}

const SELECT_SETTINGS = `
  select r.name, r.schema_name as "schemaName", ${sqlInstant('s.paused_at')} as "pausedAt", s.paused_by as "pausedBy"
  from howdah.queue_registry r left join howdah.queue_settings s on s.queue = r.name
  order by r.name`;

/** Every queue, by name. Milliseconds at any number of jobs; see `isEstimate`. */
export async function listQueues(client: SqlClient): Promise<Queue[]> {
  const settings = await queryRows<SettingRow>(client, SELECT_SETTINGS, []);
  const stats = new Map((await readQueueStats(client)).map((each) => [each.queue, each]));
  return settings.flatMap(({ name, schemaName, pausedAt, pausedBy }) => {
    const each = stats.get(name);
    return each ? [{ ...each, schemaName, pausedAt: toDate(pausedAt), pausedBy }] : [];
  });
}

/** Undefined when there is no such queue. */
export async function getQueue(client: SqlClient, name: string): Promise<Queue | undefined> {
  return (await listQueues(client)).find(({ queue }) => queue === name);
}
