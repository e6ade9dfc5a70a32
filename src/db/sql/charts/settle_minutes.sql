-- howdah.settle_minutes(): counts minutes again whose late commits are in, once each; returns how many were left over.
--
-- A job gets its finished_at before its transaction commits, which may be long after the minute was counted: a handler that
-- completes its job in a transaction of its own takes what time it likes. Whatever wrote into a minute that was over when
-- it was counted has a transaction id below that of who counted it (seen_until). So when all below that have ended, what they
-- wrote can be seen, and one more look settles the minute. (pg_snapshot_xmax would not do for seen_until: it is one beyond
-- the last id that has ended, and those under way may be greater.) A transaction that goes on for an hour, anybody's, is not
-- waited for.
create function howdah.settle_minutes() returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_left integer := 0;
  v_minute record;
begin
  for v_minute in
    select u.minute, u.counted,
           u.seen_until <= pg_snapshot_xmin(pg_current_snapshot())
           or u.minute not between clock_timestamp() - interval '1 hour' and clock_timestamp() as is_due
    from howdah.chart_unsettled u order by u.minute
  loop
    if not v_minute.is_due then
      v_left := v_left + 1;
      continue;
    end if;
    if howdah.count_ends(v_minute.minute) > v_minute.counted then
      perform howdah.count_minute(v_minute.minute);
    end if;
    delete from howdah.chart_unsettled u where u.minute = v_minute.minute;
  end loop;
  return v_left;
end;
$$;
