-- howdah.prune_finished_jobs(max_rows): removes finished jobs whose retention is over, with the errors of their
-- attempts, at most that many; returns how many it removed. Fewer than asked for means that nothing is left for now.
--
-- Deletes rows that nobody else has locked and waits for nobody; meant to be called in transactions of its own, so
-- that each call's work stands, whatever becomes of the next.
create function howdah.prune_finished_jobs(max_rows integer default 1000) returns integer
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  with expired as (
    select h.id from howdah.job_history h
    where h.expires_at <= now()
    order by h.expires_at
    limit max_rows
    for update skip locked
  ), errors as (
    delete from howdah.job_errors e using expired x where e.job_id = x.id
  ), pruned as (
    delete from howdah.job_history h using expired x where h.id = x.id returning 1
  )
  select count(*)::integer from pruned
$$;

comment on function howdah.prune_finished_jobs is
  'Removes finished jobs whose retention is over, with their errors, at most max_rows; returns how many.';
