import { queueSchema } from '../db/schema/queue-schema.ts';
import { queryRows, type SqlClient } from '../db/sql-client.ts';

/**
 * Which of these queues have a job that should have been taken long ago.
 *
 * @param queues that a worker takes jobs from while it runs none
 * @param tasks that it can run: jobs of other tasks wait for another worker
 * @param waitSeconds how long counts as too long
 */
export async function findStuckQueues(
  client: SqlClient,
  {
    queues,
    tasks,
    waitSeconds,
  }: { queues: readonly string[]; tasks: readonly string[]; waitSeconds: number },
): Promise<string[]> {
  if (queues.length === 0) return [];
  const selects = queues.map((queue, index) => {
    const schema = queueSchema(queue);
    return `select $${index + 3}::text as queue where exists (
      select from ${schema}._private_jobs j
      join ${schema}._private_tasks t on t.id = j.task_id
      where j.is_available and j.run_at < now() - make_interval(secs => $1::double precision)
        and t.identifier = any ($2::text[]))`;
  });
  const values = [waitSeconds, `{${tasks.map((task) => `"${task}"`).join(',')}}`, ...queues];
  const rows = await queryRows<{ queue: string }>(client, selects.join(' union all '), values);
  return rows.map(({ queue }) => queue);
}
