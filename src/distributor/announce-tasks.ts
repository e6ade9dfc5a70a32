import { z } from 'zod';
import { queryRows, type SqlClient } from '../db/sql-client.ts';
import type { Catalogue } from '../jobs/catalogue.ts';

/**
 * Writes the catalogue to `howdah.tasks`, so that SQL and HTTP enqueues know the same tasks and defaults. Tasks that
 * only other deployments know stay. Idempotent; an unchanged task is not rewritten.
 */
export async function announceTasks(client: SqlClient, catalogue: Catalogue): Promise<void> {
  const rows = [...catalogue.values()].map((task) => ({
    name: task.name,
    queue: task.queue,
    max_retries: task.maxRetries,
    timeout_ms: task.timeoutMs,
    payload_schema: z.toJSONSchema(task.payload, { io: 'input', unrepresentable: 'any' }),
  }));
  await queryRows(
    client,
    `insert into howdah.tasks as known (name, queue, max_retries, timeout_ms, payload_schema)
     select name, queue, max_retries, timeout_ms, payload_schema
     from jsonb_to_recordset($1::jsonb)
       as task (name text, queue text, max_retries integer, timeout_ms integer, payload_schema jsonb)
     order by name
     on conflict (name) do update
       set queue = excluded.queue, max_retries = excluded.max_retries, timeout_ms = excluded.timeout_ms,
           payload_schema = excluded.payload_schema, updated_at = now()
       where (known.queue, known.max_retries, known.timeout_ms, known.payload_schema)
         is distinct from (excluded.queue, excluded.max_retries, excluded.timeout_ms, excluded.payload_schema)`,
    [JSON.stringify(rows)],
  );
  await nameTasks(client, rows.map(({ name }) => name).sort());
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
