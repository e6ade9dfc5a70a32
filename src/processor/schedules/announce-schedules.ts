import { queryRows, type SqlClient } from '../../db/sql-client.ts';
import type { Schedule } from './crontab.ts';

/**
 * Writes the schedules to `howdah.cron_entries`, from which `howdah.schedules` reads, in place of what was there.
 * Idempotent; an unchanged entry is not rewritten.
 */
export async function announceSchedules(client: SqlClient, schedules: readonly Schedule[]): Promise<void> {
  await queryRows(
    client,
    `with entries as (
       select identifier, task, queue, cron, options, payload
       from json_to_recordset($1::json)
         as entry (identifier text, task text, queue text, cron text, options jsonb, payload json)
     ), gone as (
       delete from howdah.cron_entries e
       where not exists (select from entries n where n.identifier = e.identifier)
     )
     insert into howdah.cron_entries as known (identifier, task, queue, cron, options, payload)
     select identifier, task, queue, cron, options, payload from entries order by identifier
     on conflict (identifier) do update
       set task = excluded.task, queue = excluded.queue, cron = excluded.cron, options = excluded.options,
           payload = excluded.payload, updated_at = clock_timestamp()
       where (known.task, known.queue, known.cron, known.options, known.payload::text)
         is distinct from (excluded.task, excluded.queue, excluded.cron, excluded.options, excluded.payload::text)`,
    [JSON.stringify(schedules)],
  );
}
