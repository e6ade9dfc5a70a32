-- howdah.roll_up_hours(since, until): makes hours of the minutes counted in that time, whole hours both; returns how far it
-- came, as it stops after the first hour that had more than 20,000 rows or after 48 with some. An hour that was made before
-- stays as it is where it has more.
create function howdah.roll_up_hours(since timestamptz, until timestamptz) returns timestamptz
language plpgsql
set search_path = pg_catalog, pg_temp
set jit = off
as $$
declare
  c_minute constant interval := '1 minute';
  v_hour timestamptz;
  v_rows bigint := 0;
begin
  for i in 1 .. 48 loop
    select date_bin('1 hour', least(
             (select t.at from howdah.chart_tasks t where t.step = c_minute and t.at >= since and t.at < until order by t.at limit 1),
             (select q.at from howdah.chart_queues q where q.step = c_minute and q.at >= since and q.at < until order by q.at limit 1)),
             'epoch')
      into v_hour;
    if v_hour is null then
      return until;
    end if;
    v_rows := v_rows + howdah.roll_up_hour(v_hour);
    since := v_hour + interval '1 hour';
    exit when v_rows > 20000;
  end loop;
  return since;
end;
$$;

-- howdah.roll_up_hour(hour): one hour of that; returns how many rows it has read.
create function howdah.roll_up_hour(hour timestamptz) returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_until constant timestamptz := hour + interval '1 hour';
begin
  with minutes as materialized (
    select m.* from howdah.chart_tasks m where m.step = interval '1 minute' and m.at >= hour and m.at < v_until
  ), waits as (
    select m.queue, m.task, howdah.duration_histogram(array_agg(s.k), array_agg(m.waits[s.k]::bigint)) as histogram
    from minutes m cross join generate_subscripts(m.waits, 1) s (k) group by m.queue, m.task
  ), runs as (
    select m.queue, m.task, howdah.duration_histogram(array_agg(s.k), array_agg(m.runs[s.k]::bigint)) as histogram
    from minutes m cross join generate_subscripts(m.runs, 1) s (k) group by m.queue, m.task
  ), sums as (
    select m.queue, m.task, sum(m.completed) as completed, sum(m.failed) as failed, sum(m.discarded) as discarded,
           sum(m.cancelled) as cancelled
    from minutes m group by m.queue, m.task
  )
  insert into howdah.chart_tasks as t (step, at, queue, task, completed, failed, discarded, cancelled, waits, runs)
  select interval '1 hour', hour, s.queue, s.task, s.completed, s.failed, s.discarded, s.cancelled, w.histogram, r.histogram
  from sums s
  left join waits w using (queue, task)
  left join runs r using (queue, task)
  order by s.queue, s.task
  on conflict on constraint chart_tasks_pkey do update
    set completed = excluded.completed, failed = excluded.failed, discarded = excluded.discarded,
        cancelled = excluded.cancelled, waits = excluded.waits, runs = excluded.runs
    where t.completed + t.discarded + t.cancelled + t.failed
          < excluded.completed + excluded.discarded + excluded.cancelled + excluded.failed;

  insert into howdah.chart_queues as q (step, at, queue, available, scheduled, retryable, running, oldest_wait_seconds)
  select interval '1 hour', hour, m.queue, max(m.available), max(m.scheduled), max(m.retryable), max(m.running), max(m.oldest_wait_seconds)
  from howdah.chart_queues m
  where m.step = interval '1 minute' and m.at >= hour and m.at < v_until
  group by m.queue
  order by m.queue
  on conflict on constraint chart_queues_pkey do update
    set available = greatest(q.available, excluded.available), scheduled = greatest(q.scheduled, excluded.scheduled),
        retryable = greatest(q.retryable, excluded.retryable), running = greatest(q.running, excluded.running),
        oldest_wait_seconds = greatest(q.oldest_wait_seconds, excluded.oldest_wait_seconds);

  return (select count(*) from howdah.chart_tasks m where m.step = interval '1 minute' and m.at >= hour and m.at < v_until);
end;
$$;
