-- howdah.sample_queues(): keeps how deep each queue is at this moment as its row of this minute; the greatest of each number
-- where there is one already. At the cost of howdah.queue_stats().
create function howdah.sample_queues() returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into howdah.chart_queues as q (step, at, queue, available, scheduled, retryable, running, oldest_wait_seconds)
  select interval '1 minute', date_bin('1 minute', clock_timestamp(), 'epoch'), s.queue, s.available, s.scheduled, s.retryable,
         s.running, s.oldest_wait_seconds
  from howdah.queue_stats() s
  order by s.queue
  on conflict on constraint chart_queues_pkey do update
    set available = greatest(q.available, excluded.available), scheduled = greatest(q.scheduled, excluded.scheduled),
        retryable = greatest(q.retryable, excluded.retryable), running = greatest(q.running, excluded.running),
        oldest_wait_seconds = greatest(q.oldest_wait_seconds, excluded.oldest_wait_seconds);
end;
$$;
