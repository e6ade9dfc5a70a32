-- howdah.count_minute(minute): counts what ended, and what attempts failed, in the minute that begins then, by queue and
-- task, and returns how many ends and failures those are. What was counted before stays where it is more: jobs may have been
-- pruned since, or retried. So it may be called again at any time, and by two at once.
--
-- Read are the finished jobs and failed attempts of that minute only, by their times.
create function howdah.count_minute(minute timestamptz) returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off -- statistics lag behind; a minute of a big history is never worth reading all of it
set jit = off
as $$
declare
  v_until constant timestamptz := minute + interval '1 minute';
  v_count bigint;
begin
  with parts as (
    select h.queue, h.task, h.state, d.wait, d.run, count(*) as ended, 0 as failed
    from howdah.job_history h
    cross join lateral (
      select date_part('epoch', h.started_at - greatest(case when isfinite(h.run_at) then h.run_at end, h.created_at)) as wait,
             date_part('epoch', h.finished_at - h.started_at) as run
    ) s
    -- bucket() of duration_histogram.sql; 4 / ln(2) turns a natural logarithm into quarters of an octave. Asked is whether it was
    -- started, since to ask for the duration is to work it out once more.
    cross join lateral (
      select case when h.started_at is not null then least(128, ceil(5.770780163555854 * ln(greatest(1, 1000 * s.wait))))::integer end as wait,
             case when h.started_at is not null then least(128, ceil(5.770780163555854 * ln(greatest(1, 1000 * s.run))))::integer end as run
    ) d
    where h.finished_at >= minute and h.finished_at < v_until
    group by 1, 2, 3, 4, 5
    union all
    select e.queue, e.task, 'failed', null, null, 0, count(*)
    from howdah.job_errors e
    where e.failed_at >= minute and e.failed_at < v_until
    group by 1, 2
  ), counted as (
    select p.queue, p.task,
           coalesce(sum(p.ended) filter (where p.state = 'completed'), 0) as completed, sum(p.failed) as failed,
           coalesce(sum(p.ended) filter (where p.state = 'discarded'), 0) as discarded,
           coalesce(sum(p.ended) filter (where p.state = 'cancelled'), 0) as cancelled,
           howdah.duration_histogram(array_agg(p.wait) filter (where p.wait is not null),
                                     array_agg(p.ended) filter (where p.wait is not null)) as waits,
           howdah.duration_histogram(array_agg(p.run) filter (where p.run is not null),
                                     array_agg(p.ended) filter (where p.run is not null)) as runs
    from parts p
    group by p.queue, p.task
  ), kept as (
    insert into howdah.chart_tasks as t (step, at, queue, task, completed, failed, discarded, cancelled, waits, runs)
    select interval '1 minute', minute, c.queue, c.task, c.completed, c.failed, c.discarded, c.cancelled, c.waits, c.runs
    from counted c
    order by c.queue, c.task
    on conflict on constraint chart_tasks_pkey do update
      set completed = excluded.completed, failed = excluded.failed, discarded = excluded.discarded,
          cancelled = excluded.cancelled, waits = excluded.waits, runs = excluded.runs
      where t.completed + t.discarded + t.cancelled + t.failed
            < excluded.completed + excluded.discarded + excluded.cancelled + excluded.failed
  )
  select coalesce(sum(c.completed + c.failed + c.discarded + c.cancelled), 0) into v_count from counted c;
  return v_count;
end;
$$;

-- howdah.next_end(since, until): when the first job of that time ended, or attempt failed, since inclusive, until exclusive;
-- null when none did.
create function howdah.next_end(since timestamptz, until timestamptz) returns timestamptz
language plpgsql stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set jit = off
as $$
begin
  return least(
    (select h.finished_at from howdah.job_history h where h.finished_at >= since and h.finished_at < until
     order by h.finished_at limit 1),
    (select e.failed_at from howdah.job_errors e where e.failed_at >= since and e.failed_at < until
     order by e.failed_at limit 1));
end;
$$;

-- howdah.count_ends(minute): how many howdah.count_minute would count there now.
create function howdah.count_ends(minute timestamptz) returns bigint
language plpgsql stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set jit = off
as $$
begin
  return (select count(*) from howdah.job_history h
          where h.finished_at >= minute and h.finished_at < minute + interval '1 minute')
       + (select count(*) from howdah.job_errors e
          where e.failed_at >= minute and e.failed_at < minute + interval '1 minute');
end;
$$;
