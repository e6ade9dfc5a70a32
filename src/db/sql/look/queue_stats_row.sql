-- One queue's row of howdah.queue_stats(); the function unites one such select per queue.
select :'queue'::text as queue, d.available, d.scheduled, d.retryable, d.is_estimate,
       case when d.oldest_run_at is null then 0
            else extract(epoch from now() - d.oldest_run_at)::double precision end as oldest_wait_seconds,
       pg_stat_get_dead_tuples(:'job_table'::regclass) as dead_tuples,
       pg_total_relation_size(:'job_table'::regclass) as table_bytes
from howdah.:"depth"() d
