-- howdah.discard_job(id, reason): gives a waiting job up, and returns its state now: discarded.
-- Locks the job's row. Raises HWJOB for an unknown job, HWSTA for one that runs or has ended.
create function howdah.discard_job(id bigint, reason text default null) returns text
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_job record;
begin
  select j.* into v_job from howdah.lock_job(discard_job.id) j;
  if v_job.schema_name is null or v_job.state = 'running' then
    perform howdah.refuse_job(id, v_job.state, 'discarded');
  end if;
  perform howdah.end_waiting_jobs(v_job.schema_name, array[discard_job.id], 'discarded', reason);
  perform howdah.record_change('jobs.discard', array[id], jsonb_build_object('reason', reason, 'state', 'discarded'));
  return 'discarded';
end;
$$;

comment on function howdah.discard_job is
  'Gives up a job that waits: it ends discarded, with the reason as its last error. Returns its state now.';
