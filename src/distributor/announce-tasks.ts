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
}
