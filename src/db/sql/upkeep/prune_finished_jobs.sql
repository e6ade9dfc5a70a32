-- howdah.prune_finished_jobs(max_rows): removes finished jobs whose retention is over, with the errors of their
-- attempts, at most that many, after what canaries want of them was kept; returns how many it removed. Fewer than asked for means that nothing is left for now.
--
-- Deletes rows that nobody else has locked and waits for nobody; meant to be called in transactions of its own, so
-- that each call's work stands, whatever becomes of the next.
--
-- A row that is locked stays where it is, so it is deleted where it was found (ctid): that takes a fifth of what looking each of
-- them up by its id takes, or of a join that reads the table for them.
create function howdah.prune_finished_jobs(max_rows integer default 1000) returns integer
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
declare
  v_count integer;
begin
  perform howdah.keep_canary_outcomes();
  with expired as materialized (
    select h.id, h.ctid as place from howdah.job_history h
    where h.expires_at <= now()
    order by h.expires_at
    limit max_rows
    for update skip locked
  ), errors as (
    delete from howdah.job_errors e where e.job_id = any (array(select x.id from expired x))
  ), pruned as (
    delete from howdah.job_history h where h.ctid = any (array(select x.place from expired x)) returning 1
  )
  select count(*) into v_count from pruned;
  return v_count;
end;
$$;

comment on function howdah.prune_finished_jobs is
  'Removes finished jobs whose retention is over, with their errors, at most max_rows; returns how many.';
