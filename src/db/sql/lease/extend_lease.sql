-- howdah.extend_lease(lease, runs): a worker over HTTP lives, and works on these runs (run_id.sql). One row: state
-- (lease_state.sql), which of those runs are cancelled, and which are not the lease's any more: both are to be stopped. What it holds and does not name may be given back (give_back_unnamed.sql). Raises HWLEA when the lease is over.
create function howdah.extend_lease(
  lease uuid, runs text[], out state json, out cancelled text[], out lost text[]
)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_lease howdah.runners := howdah.enter_lease(lease);
  v_held text[];
begin
  v_lease.running := howdah.give_back_unnamed(v_lease, runs);
  update howdah.runners r set running = v_lease.running, granted = cardinality(v_lease.running)
  where r.token = lease and r.running <> v_lease.running;
  perform howdah.promote_waiting_sequences();
  execute format('select array_agg(howdah.run_id(j.id, j.locked_at)) from %I._private_jobs j where j.id = any ($1) and j.locked_by = $2',
                 howdah.queue_schema(v_lease.queue))
  into v_held using v_lease.running, v_lease.pool_id;
  lost := array(select run from unnest(runs) run where run <> all (coalesce(v_held, '{}')));
  cancelled := array(select run from unnest(v_held) run
                     join howdah.job_outcomes o on o.job_id = howdah.job_of_run(run) and o.state = 'cancelled');
  state := howdah.lease_state(v_lease);
end;
$$;
