-- howdah.extend_lease(lease, runs): a worker over HTTP lives, and works on these runs (run_id.sql). One row: until when the lease
-- lives now, whether the queue is paused, which of those runs are cancelled, and which are not the lease's any more: both are to be
-- stopped. What it holds and does not name may be given back (give_back_unnamed.sql). Raises HWLEA when the lease is over.
create function howdah.extend_lease(
  lease uuid, runs text[], out expires_at timestamptz, out is_paused boolean, out cancelled text[], out lost text[]
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
  expires_at := v_lease.expires_at;
  is_paused := exists (select from howdah.queue_settings s where s.queue = v_lease.queue and s.paused_at is not null);
end;
$$;
