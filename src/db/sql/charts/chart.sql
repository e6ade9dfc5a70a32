-- howdah.chart(since, step, queue, task): what a chart shows: one row a step, from the step of `since` to the last minute that
-- was counted, oldest first; of one queue and one task, or of all of them together where they are null. No row before
-- the first minute was counted. covered_seconds is what of the step has been counted: all but in the last.
--
-- step: whole minutes, or whole hours where `since` is more than two days ago; what is beyond 30 days is left out. So there are
-- 2,881 rows at most. Durations in milliseconds, within 9.1 %, null where no run ended. Depth is the greatest of the step, all
-- queues together, and null with a task or without a sample.
--
-- Raises HWOPT for what is no such step, and for a queue or a task that there is not.
create function howdah.chart(
  since timestamptz default now() - interval '1 hour', step interval default '1 minute', queue text default null,
  task text default null
) returns table (
  at timestamptz, covered_seconds double precision, completed bigint, failed bigint, discarded bigint, cancelled bigint,
  wait_p50_ms double precision, wait_p95_ms double precision, run_p50_ms double precision, run_p95_ms double precision,
  available bigint, scheduled bigint, retryable bigint, running bigint, oldest_wait_seconds double precision
)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $$
#variable_conflict use_column
declare
  v_step constant interval := howdah.chart_step(chart.since, chart.step);
  v_first constant timestamptz := date_bin(v_step, greatest(chart.since, now() - interval '30 days'), 'epoch');
  v_until timestamptz;
  v_minutes_from timestamptz; -- before that hours are read, from then on minutes
begin
  if chart.queue is not null then
    perform howdah.check_queue(chart.queue);
  end if;
  if chart.task is not null and not exists (select from howdah.chart_tasks t where t.task = chart.task) then
    perform howdah.known_task(chart.task);
  end if;
  select p.counted_until,
         case when extract(epoch from v_step) % 3600 = 0
              then greatest(p.rolled_until, v_first) else v_first end
    into v_until, v_minutes_from
  from howdah.chart_progress p;

  return query
  with kept as materialized (
    select date_bin(v_step, t.at, 'epoch') as bin, t.* from howdah.chart_tasks t
    where t.step = interval '1 hour' and t.at >= v_first and t.at < v_minutes_from
      and (chart.queue is null or t.queue = chart.queue) and (chart.task is null or t.task = chart.task)
    union all
    select date_bin(v_step, t.at, 'epoch') as bin, t.* from howdah.chart_tasks t
    where t.step = interval '1 minute' and t.at >= v_minutes_from and t.at < v_until
      and (chart.queue is null or t.queue = chart.queue) and (chart.task is null or t.task = chart.task)
  ), ends as (
    select k.bin, sum(k.completed) as completed, sum(k.failed) as failed,
           sum(k.discarded) as discarded, sum(k.cancelled) as cancelled
    from kept k group by 1
  ), waits as (
    select c.bin, min(c.bucket) filter (where c.up_to >= 0.5 * c.total) as p50,
           min(c.bucket) filter (where c.up_to >= 0.95 * c.total) as p95
    from (select b.bin, b.bucket, sum(b.count) over (partition by b.bin order by b.bucket) as up_to,
                 sum(b.count) over (partition by b.bin) as total
          from (select k.bin, s.bucket, sum(k.waits[s.bucket]) as count
                from kept k cross join generate_subscripts(k.waits, 1) s (bucket) group by 1, 2) b
          where b.count > 0) c
    group by c.bin
  ), runs as (
    select c.bin, min(c.bucket) filter (where c.up_to >= 0.5 * c.total) as p50,
           min(c.bucket) filter (where c.up_to >= 0.95 * c.total) as p95
    from (select b.bin, b.bucket, sum(b.count) over (partition by b.bin order by b.bucket) as up_to,
                 sum(b.count) over (partition by b.bin) as total
          from (select k.bin, s.bucket, sum(k.runs[s.bucket]) as count
                from kept k cross join generate_subscripts(k.runs, 1) s (bucket) group by 1, 2) b
          where b.count > 0) c
    group by c.bin
  ), depths as (
    select date_bin(v_step, d.at, 'epoch') as bin, max(d.available) as available, max(d.scheduled) as scheduled,
           max(d.retryable) as retryable, max(d.running) as running, max(d.oldest_wait_seconds) as oldest_wait_seconds
    from (select q.at, sum(q.available)::bigint as available, sum(q.scheduled)::bigint as scheduled,
                 sum(q.retryable)::bigint as retryable, sum(q.running)::bigint as running,
                 max(q.oldest_wait_seconds) as oldest_wait_seconds
          from howdah.chart_queues q
          where chart.task is null and (chart.queue is null or q.queue = chart.queue)
            and (q.step = interval '1 hour' and q.at >= v_first and q.at < v_minutes_from
                 or q.step = interval '1 minute' and q.at >= v_minutes_from and q.at < v_until)
          group by q.at) d
    group by 1
  )
  select s.bin, extract(epoch from least(s.bin + v_step, v_until) - s.bin)::double precision,
         coalesce(e.completed, 0), coalesce(e.failed, 0), coalesce(e.discarded, 0), coalesce(e.cancelled, 0),
         howdah.bucket_duration(w.p50), howdah.bucket_duration(w.p95), howdah.bucket_duration(r.p50), howdah.bucket_duration(r.p95),
         d.available, d.scheduled, d.retryable, d.running, d.oldest_wait_seconds
  from generate_series(v_first, v_until - interval '1 microsecond', v_step) s (bin)
  left join ends e using (bin)
  left join waits w using (bin)
  left join runs r using (bin)
  left join depths d using (bin)
  order by s.bin;
end;
$$;

comment on function howdah.chart is
  'What a chart shows, one row a step since then, of one queue and task or of all together: jobs that ended by how, failed attempts, medians and 95th percentiles of waiting and running in milliseconds, and the greatest depth.';

-- howdah.chart_step(since, step): the step in hours, minutes and seconds. Raises HWOPT where howdah.chart cannot answer.
create function howdah.chart_step(since timestamptz, step interval) returns interval
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_seconds constant numeric := extract(epoch from step);
  v_mistake text;
begin
  if not coalesce(howdah.is_instant(since), false) then
    v_mistake := format('since: expected an instant of the years 1 to 9999, received %s', coalesce(since::text, 'null'));
  elsif not coalesce(v_seconds between 60 and 2592000 and v_seconds % 60 = 0 and date_trunc('month', step) = interval '0', false) then
    v_mistake := format('step: expected whole minutes, from 1 minute to 30 days, received %s', coalesce(step::text, 'null'));
  elsif since < now() - interval '2 days 1 minute' and v_seconds % 3600 > 0 then
    v_mistake := format('step: expected whole hours, as minutes are kept for two days, received %s', step);
  end if;
  if v_mistake is not null then
    raise exception '%', v_mistake
      using errcode = 'HWOPT', hint = 'Such as since => now() - interval ''1 day'', step => ''15 minutes''.';
  end if;
  return make_interval(secs => v_seconds::double precision);
end;
$$;
