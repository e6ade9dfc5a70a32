-- howdah.report_leased_progress(lease, run, percent, message): how far a run of a worker over HTTP is; the lease lives on by it.
-- Returns whether the job is cancelled. Raises HWLEA when the lease is over, HWLST when the run is not the lease's any more.
create function howdah.report_leased_progress(lease uuid, run text, percent real, message text) returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_lease constant howdah.runners := howdah.enter_lease(lease);
  v_job_id constant bigint := howdah.job_of_run(run);
  v_locked_at timestamptz;
begin
  execute format('select j.locked_at from %I._private_jobs j where j.id = $1 and j.locked_by = $2 and howdah.run_id(j.id, j.locked_at) = $3',
                 howdah.queue_schema(v_lease.queue))
  into v_locked_at using v_job_id, v_lease.pool_id, run;
  if v_locked_at is null
     or not howdah.report_progress(v_job_id, v_lease.queue, v_lease.pool_id, v_locked_at, percent, message) then
    raise exception 'run % is not of lease % any more', run, lease using errcode = 'HWLST';
  end if;
  return exists (select from howdah.job_outcomes o where o.job_id = v_job_id and o.state = 'cancelled');
end;
$$;
