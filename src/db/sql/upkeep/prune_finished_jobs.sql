-- howdah.remove_finished_jobs(max_rows): removes finished jobs whose retention is over, with the errors of their attempts, after what
-- canaries want of them was kept; returns how many it removed, and whether some may be left. At most max_rows, or all that ended at
-- the same instant.
--
-- Deletes rows that nobody else has locked and waits for nobody; meant to be called in transactions of its own, so
-- that each call's work stands, whatever becomes of the next.
--
-- A row that is locked stays where it is, so it is deleted where it was found (ctid): that takes a fifth of what looking each of
-- them up by its id takes, or of a join that reads the table for them.
--
-- Most jobs are kept for exactly a day and found by when they ended, so that they need no index on the end of their retention; the
-- others are in one, which has none of those, nor any that somebody keeps to the end of time. Among old ends are jobs that are kept for longer, a whole history perhaps: a call
-- looks at half of max_rows ends, whosesoever they are, and howdah.removal_progress remembers up to where that was, so that each
-- takes as long, and the next goes on. With them come all that ended at the same instant as the last, and none is passed over. When
-- there are no more, the ends of the latest minutes are looked at again by the next, for what was locked, or not committed yet; and
-- once a day it begins with the oldest, for what was so for longer, and after the clock was set back or the progress was lost. Two at
-- once remember either's word.
create function howdah.remove_finished_jobs(max_rows integer, out count integer, out is_rest boolean)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
as $$
declare
  v_until constant timestamptz := now() - interval '24 hours';
  v_has_begun boolean; -- with the oldest, within the day
  v_since timestamptz;
  v_reached timestamptz; -- the last end that was looked at
  v_places tid[]; -- of those that are kept for a day
  v_other_count integer;
begin
  perform howdah.keep_canary_outcomes();
  select p.swept_at between now() - interval '1 day' and now(), p.removed_until into v_has_begun, v_since
  from howdah.removal_progress p;
  if v_has_begun is not true then
    v_since := '-infinity';
  end if;
  select array_agg(e.place) filter (where e.is_of_a_day), max(e.finished_at), count(*) >= (max_rows + 1) / 2
  into v_places, v_reached, is_rest
  from (
    select h.ctid as place, h.finished_at,
           case when isfinite(h.expires_at) then h.expires_at - h.finished_at = interval '1 day' end as is_of_a_day
    from howdah.job_history h
    where h.finished_at > v_since and h.finished_at <= v_until
    order by h.finished_at
    fetch first ((max_rows + 1) / 2) rows with ties
  ) e;

  with others as materialized (
    select h.id, h.ctid as place from howdah.job_history h
    where h.expires_at <= now() and case when isfinite(h.expires_at) then h.expires_at - h.finished_at <> interval '1 day' end
    order by h.expires_at
    limit greatest(max_rows - coalesce(cardinality(v_places), 0), 0)
    for update skip locked
  ), days as materialized (
    select h.id, h.ctid as place from howdah.job_history h
    where h.ctid = any (v_places) and h.finished_at <= v_until
      and case when isfinite(h.expires_at) then h.expires_at - h.finished_at = interval '1 day' end
    for update skip locked
  ), expired as materialized (
    select x.id, x.place from others x union all select x.id, x.place from days x
  ), errors as (
    delete from howdah.job_errors e where e.job_id = any (array(select x.id from expired x))
  ), removed as (
    delete from howdah.job_history h where h.ctid = any (array(select x.place from expired x)) returning 1
  )
  select (select count(*) from removed), (select count(*) from others) into remove_finished_jobs.count, v_other_count;

  update howdah.removal_progress p
  set removed_until = case when is_rest then v_reached else v_until - interval '5 minutes' end,
      swept_at = case when v_has_begun then p.swept_at else now() end
  where p.ctid = any (array(select o.ctid from howdah.removal_progress o for update skip locked));
  is_rest := found and (is_rest or v_other_count + coalesce(cardinality(v_places), 0) >= max_rows); -- else the next would look at the same
  if v_has_begun is null then -- the row is missing, as after a restore without it
    insert into howdah.removal_progress (removed_until, swept_at) values ('-infinity', '-infinity') on conflict do nothing;
  end if;
end;
$$;

-- howdah.prune_finished_jobs(max_rows): the same, until so many are removed or none is left, for callers that know no rest.
create function howdah.prune_finished_jobs(max_rows integer default 1000) returns integer
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_total integer := 0;
  v_step record;
begin
  loop
    select r.count, r.is_rest into v_step from howdah.remove_finished_jobs(max_rows - v_total) r;
    v_total := v_total + v_step.count;
    exit when not v_step.is_rest or v_total >= max_rows;
  end loop;
  return v_total;
end;
$$;

comment on function howdah.prune_finished_jobs is
  'Removes finished jobs whose retention is over, with their errors, at most max_rows, or all that ended at the same instant; returns how many.';
