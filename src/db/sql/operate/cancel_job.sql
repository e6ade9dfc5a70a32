-- howdah.cancel_job(id, reason): cancels a job and returns its state now.
--
-- A waiting job is gone from its queue at once: cancelled. A running one is still running: its signal fires within a
-- second, and whatever its run then does, it ends cancelled and is not retried. Asking again changes nothing.
-- Locks the job's row. Raises HWJOB for an unknown job, HWSTA for one that has ended.
create function howdah.cancel_job(id bigint, reason text default null) returns text
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_job record;
begin
  select j.* into v_job from howdah.lock_job(cancel_job.id) j;
  if v_job.schema_name is null then
    perform howdah.refuse_job(id, v_job.state, 'cancelled');
  end if;
  if v_job.state = 'running' then
    perform howdah.cancel_running_jobs(array[cancel_job.id], reason);
  else
    perform howdah.end_waiting_jobs(v_job.schema_name, array[cancel_job.id], 'cancelled', reason);
    v_job.state := 'cancelled';
  end if;
  perform howdah.record_change('jobs.cancel', array[id], jsonb_build_object('reason', reason, 'state', v_job.state));
  return v_job.state;
end;
$$;

comment on function howdah.cancel_job is
  'Cancels a job; returns its state now. A waiting job is cancelled at once; a running one gets its signal within a second and ends cancelled whatever its run does. The reason becomes its last error.';
