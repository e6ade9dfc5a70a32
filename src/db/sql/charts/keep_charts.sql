-- howdah.keep_charts(max_rows): keeps the history for charts: counts the minutes that have ended since it was last called,
-- looks at the depth of the queues, makes hours of minutes and removes what is old. count: rows removed, at most max_rows
-- of a table; is_rest: whether there is more to be done at once. Reads what ended since last time, and touches no job.
--
-- Each call is a transaction that ends with what it has done being recorded in howdah.chart_progress, whose row it locks, so
-- that it does not matter when it is broken off, or called by several. After a pause it goes on where it left off, or two
-- days ago: some 20,000 jobs, or the one minute that has more, a call. All by this server's clock; when that was set back, minutes
-- that were counted are counted again, to no effect.
create function howdah.keep_charts(max_rows integer default 1000, out count integer, out is_rest boolean)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_progress howdah.chart_progress;
  v_left integer;
  v_hours_end timestamptz;
begin
  insert into howdah.chart_progress (counted_until, rolled_until)
  select e.at, date_bin('1 hour', e.at, 'epoch')
  from (select date_bin('1 minute', coalesce(howdah.next_end(now() - interval '2 days', now()), now()), 'epoch')) e (at)
  where not exists (select from howdah.chart_progress)
  on conflict do nothing;
  select p.* into v_progress from howdah.chart_progress p for update;

  if v_progress.sampled_at is null
     or v_progress.sampled_at not between clock_timestamp() - interval '10 seconds' and clock_timestamp() then
    perform howdah.sample_queues();
    v_progress.sampled_at := clock_timestamp();
  end if;
  v_left := howdah.settle_minutes();
  select m.counted_until, m.is_rest into v_progress.counted_until, is_rest from howdah.count_minutes(v_progress.counted_until) m;
  -- An hour is made when none of its minutes can change any more.
  v_hours_end := date_bin('1 hour', least(v_progress.counted_until, (select min(u.minute) from howdah.chart_unsettled u)), 'epoch');
  if howdah.is_in_future(v_progress.rolled_until) then
    v_progress.rolled_until := v_hours_end;
  elsif v_progress.rolled_until < v_hours_end then
    v_progress.rolled_until := howdah.roll_up_hours(v_progress.rolled_until, v_hours_end);
    is_rest := is_rest or v_progress.rolled_until < v_hours_end;
  end if;
  count := howdah.prune_charts(v_progress.rolled_until, max_rows);
  is_rest := is_rest or count >= max_rows;
  update howdah.chart_progress p
  set counted_until = v_progress.counted_until, rolled_until = v_progress.rolled_until, sampled_at = v_progress.sampled_at;
end;
$$;

-- howdah.count_minutes(since): counts what minutes have ended since then, and returns until when; is_rest when there are more,
-- as it stops behind the minute with which it has counted more than 20,000.
--
-- A minute is counted two seconds after its end, when nearly all of it is committed, and noted to be settled later
-- (settle_minutes.sql), also when nothing was found in it. Whatever has ended in it by the beginning of this transaction
-- has a lower transaction id than this one, which is given when it first writes.
create function howdah.count_minutes(since timestamptz, out counted_until timestamptz, out is_rest boolean)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_end constant timestamptz := date_bin('1 minute', now() - interval '2 seconds', 'epoch');
  v_since timestamptz := greatest(since, v_end - interval '2 days');
  v_minute timestamptz;
  v_minutes timestamptz[] := '{}';
  v_counts bigint[] := '{}';
begin
  if howdah.is_in_future(v_since) then
    v_since := v_end;
  end if;
  counted_until := v_since;
  loop
    v_minute := date_bin('1 minute', howdah.next_end(counted_until, v_end), 'epoch');
    counted_until := greatest(counted_until, coalesce(v_minute + interval '1 minute', v_end));
    exit when v_minute is null;
    v_minutes := v_minutes || v_minute;
    v_counts := v_counts || howdah.count_minute(v_minute);
    exit when (select sum(c) from unnest(v_counts) c) > 20000;
  end loop;
  is_rest := counted_until < v_end;
  insert into howdah.chart_unsettled as u (minute, counted, seen_until)
  select m, coalesce(v_counts[array_position(v_minutes, m)], 0), pg_current_xact_id()
  from generate_series(greatest(v_since, v_end - interval '1 hour'), counted_until - interval '1 minute', interval '1 minute') m
  on conflict (minute) do update set counted = excluded.counted, seen_until = excluded.seen_until;
end;
$$;
