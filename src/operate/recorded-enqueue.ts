import { type PgQueryable, queryRows, type SqlClient } from '../db/sql-client.ts';
import { LATEST_ENQUEUED } from '../look/get-job.ts';

/**
 * The transaction's client for one enqueue through the distributor: the same statement writes the row of the audit log, by
 * whom `transactionAs` named, so that it costs no round trip. A refused duplicate is not recorded.
 *
 * @param tasks names of the jobs' tasks, for the row
 */
export function recordedEnqueue(tx: SqlClient, tasks: readonly string[]): PgQueryable {
  return {
    async query(text, values) {
      const recorded = `
        with enqueued as materialized (select given.*, row_number() over () as place from (${text}) given),
        recorded as materialized (
          select howdah.record_change(
                   'jobs.enqueue', array_agg(e.id::bigint order by e.place),
                   jsonb_build_object('tasks', $${values.length + 1}::jsonb, 'queues', jsonb_agg(distinct e.queue))
                 )::text as record,
                 set_config('${LATEST_ENQUEUED}', min(e.id), true) as latest
          from enqueued e where e.duplicate = 'false' having count(*) > 0)
        select enqueued.*, recorded.* from enqueued left join recorded on true order by enqueued.place`;
      return { rows: await queryRows(tx, recorded, [...values, JSON.stringify(tasks)]) };
    },
  };
}
