-- howdah.cancel_running_jobs(ids, reason): decides that running jobs end cancelled; returns how many were not yet.
-- The caller holds their row locks, so the run's own end comes wholly before this or sees it. Whatever the run does then,
-- the job ends cancelled (queue_apply_verdict.sql, change_lock.sql, queue_record_finished.sql). Its worker is
-- told by its next heartbeat, which the notification brings about at once.
create function howdah.cancel_running_jobs(ids bigint[], reason text) returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count integer;
begin
  insert into howdah.job_outcomes (job_id, state, reason, decided_by)
  select job_id, 'cancelled', cancel_running_jobs.reason, howdah.actor() from unnest(ids) job_id
  on conflict (job_id) do nothing;
  get diagnostics v_count = row_count;
  perform howdah.tell_workers() where v_count > 0;
  return v_count;
end;
$$;
