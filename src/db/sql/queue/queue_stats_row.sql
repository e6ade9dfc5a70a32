-- One queue's row of howdah.queue_stats(); the function unites one such select per queue.
select :'queue'::text as queue, d.available, d.scheduled, d.retryable, at_work.running, d.is_estimate,
       case when d.oldest_run_at is null then 0
            else extract(epoch from now() - d.oldest_run_at)::double precision end as oldest_wait_seconds,
       pg_stat_get_dead_tuples(:'job_table'::regclass) as dead_tuples,
       pg_total_relation_size(:'job_table'::regclass) as table_bytes,
       pg_stat_get_tuples_inserted(:'job_table'::regclass) as added_total,
       pg_stat_get_tuples_deleted(:'job_table'::regclass) as ended_total, :'schema'::text as schema_name
from (select coalesce(sum(cardinality(r.running)), 0)::bigint as running
      from howdah.runners r where r.queue = :'queue' and r.released_at is null) at_work
cross join lateral howdah.:"depth"(at_work.running) d
