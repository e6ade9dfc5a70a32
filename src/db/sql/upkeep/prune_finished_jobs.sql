-- howdah.prune_finished_jobs(max_rows): removes finished jobs whose retention is over, with the errors of their
-- attempts, at most that many, after what canaries want of them was kept; returns how many it removed. Fewer than asked for means that nothing is left for now.
--
-- Deletes rows that nobody else has locked and waits for nobody; meant to be called in transactions of its own, so
-- that each call's work stands, whatever becomes of the next.
--
-- A row that is locked stays where it is, so it is deleted where it was found (ctid): that takes a fifth of what looking each of
-- them up by its id takes, or of a join that reads the table for them.
--
-- Most jobs are kept for exactly a day and found by when they ended, so that they need no index on the end of their retention; the
-- others are in one, which has none of those. Among old ends are jobs that are kept for longer, a whole history perhaps, so it is
-- remembered in howdah.removal_progress up to where those of a day are gone. When all are, what was passed over within the hour before,
-- locked or not committed yet, is met again next time; and once a day it begins with the oldest, for what was passed over
-- for longer, or while there was more to do, and after the clock was set back. Two at once remember either's word.
create function howdah.prune_finished_jobs(max_rows integer default 1000) returns integer
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
as $$
declare
  v_until constant timestamptz := now() - interval '24 hours';
  v_is_sweep boolean;
  v_since timestamptz;
  v_reached timestamptz; -- the latest end among those of a day that were removed
  v_count integer;
begin
  perform howdah.keep_canary_outcomes();
  select p.swept_at not between now() - interval '1 day' and now(), p.removed_until into v_is_sweep, v_since
  from howdah.removal_progress p;
  if v_is_sweep then
    v_since := '-infinity';
  end if;
  with others as materialized (
    select h.id, h.ctid as place from howdah.job_history h
    where h.expires_at <= now() and h.expires_at - h.finished_at <> interval '1 day'
    order by h.expires_at
    limit max_rows
    for update skip locked
  ), days as materialized (
    select h.id, h.ctid as place, h.finished_at from howdah.job_history h
    where h.finished_at >= v_since and h.finished_at <= v_until and h.expires_at - h.finished_at = interval '1 day'
    order by h.finished_at
    limit max_rows - (select count(*) from others)
    for update skip locked
  ), expired as materialized (
    select x.id, x.place from others x union all select x.id, x.place from days x
  ), errors as (
    delete from howdah.job_errors e where e.job_id = any (array(select x.id from expired x))
  ), pruned as (
    delete from howdah.job_history h where h.ctid = any (array(select x.place from expired x)) returning 1
  )
  select count(*), (select max(x.finished_at) from days x) into v_count, v_reached from pruned;

  update howdah.removal_progress p
  set removed_until = case when v_count >= max_rows then coalesce(v_reached, v_since) else v_until - interval '1 hour' end,
      swept_at = case when v_is_sweep then now() else p.swept_at end
  where p.ctid = any (array(select o.ctid from howdah.removal_progress o for update skip locked));
  return v_count;
end;
$$;

comment on function howdah.prune_finished_jobs is
  'Removes finished jobs whose retention is over, with their errors, at most max_rows; returns how many.';
