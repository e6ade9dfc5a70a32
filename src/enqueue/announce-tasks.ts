import { hostname } from 'node:os';
import { stringifyExactly } from '../db/exact-json.ts';
import { queryRows, type SqlClient } from '../db/sql-client.ts';
import type { Catalogue } from '../tasks/catalogue.ts';
import { describeTask } from '../tasks/task-version.ts';

/**
 * Tells the database which tasks this process knows, and in which version, so that SQL and HTTP enqueues know the same
 * tasks and defaults. `howdah.tasks` shows each in its newest version, whoever announces an older one; tasks that only
 * other deployments know stay. Idempotent. A version counts as around for an hour, so a process that lives on says so
 * again (`keepAnnouncing`).
 *
 * @param application whose tasks they are. @default that of processes before applications had names
 * @throws with SQLSTATE HWAPP, naming both, when one of the tasks is another application's; nothing is announced then
 */
export async function announceTasks(
  client: SqlClient,
  catalogue: Catalogue,
  application?: string,
): Promise<void> {
  await announceVersions(client, catalogue, application);
  await nameTasks(client, [...catalogue.keys()].sort());
}

/** The same again, from a process that had its start. */
export async function announceVersions(
  client: SqlClient,
  catalogue: Catalogue,
  application?: string,
): Promise<void> {
  const values = [toDefinitions(catalogue), application ?? null, hostname()];
  await queryRows(client, 'select howdah.announce_tasks($1::jsonb, $2::text, $3::text)', values);
}

/**
 * Whether all of these tasks are the application's and their versions count as around, so that announcing them would change
 * nothing but since when they do.
 */
export async function areVersionsAround(
  client: SqlClient,
  catalogue: Catalogue,
  application: string,
): Promise<boolean> {
  const [row] = await queryRows<{ isAround: boolean }>(
    client,
    `select not exists (
       select from howdah.announced_tasks($1::jsonb) d
       where not exists (select from howdah.versions_around(d.name) v where v.version = d.version)
          or not exists (select from howdah.tasks t where t.name = d.name and t.application = $2::text)) as "isAround"`,
    [toDefinitions(catalogue), application],
  );
  return row?.isAround === true;
}

function toDefinitions(catalogue: Catalogue): string {
  const definitions = [...catalogue.values()].map((task) => {
    const { schema, version } = describeTask(task);
    const { name, queue, maxRetries: max_retries, timeoutMs: timeout_ms, orderBy: order_by } = task;
    return { name, version, queue, max_retries, timeout_ms, payload_schema: schema, order_by };
  });
  return stringifyExactly(definitions) ?? '';
}

/**
 * Has every queue's engine know the tasks by name already. It would otherwise insert a name with the first job of its
 * kind, and until that job's transaction ends, every other enqueue of the task and every starting worker would wait.
 */
async function nameTasks(client: SqlClient, names: readonly string[]): Promise<void> {
  const queues = await queryRows<{ schema_name: string }>(
    client,
    'select schema_name from howdah.queue_registry order by name',
    [],
  );
  for (const { schema_name } of queues) {
    await queryRows(
      client,
      `insert into ${schema_name}._private_tasks (identifier)
       select name from jsonb_array_elements_text($1::jsonb) as name on conflict do nothing`,
      [JSON.stringify(names)],
    );
  }
}
