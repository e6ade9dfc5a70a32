-- howdah.give_back_unnamed(lease, runs): gives back what a lease holds and its worker does not name, once it was taken longer ago
-- than the time of the lease: an answer was lost, or the worker gave the run up without a word. Returns the jobs that it has yet.
-- Without this they would stay with a worker that knows nothing of them for as long as it lives.
--
-- Nobody knows whether such a run began. So it is charged as one whose end was not recorded (queue_release.sql): a row in
-- howdah.job_errors tells of it, and it is not run again at once. The caller holds the lease's row.
create function howdah.give_back_unnamed(lease howdah.runners, runs text[]) returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_unnamed bigint[];
  v_jobs integer;
begin
  if lease.running = '{}' then
    return lease.running;
  end if;
  execute format(
    'select array_agg(j.id) from %I._private_jobs j
     where j.id = any ($1) and j.locked_by = $2 and j.locked_at < clock_timestamp() - $3 * interval ''1 ms''
       and howdah.run_id(j.id, j.locked_at) <> all ($4)', howdah.queue_schema(lease.queue))
  into v_unnamed using lease.running, lease.pool_id, lease.lease_ms, coalesce(runs, '{}');
  if v_unnamed is null then
    return lease.running;
  end if;
  lease.unrecorded := v_unnamed;
  execute format('select r.jobs from howdah.%I($1, $2) r', 'release_' || lease.queue)
    into v_jobs using lease, array(select id from unnest(lease.running) id where id <> all (v_unnamed));
  perform howdah.announce_jobs(v_jobs);
  return howdah.jobs_held(lease);
end;
$$;

-- howdah.jobs_held(lease): those of its jobs that it still has; fewer than running where somebody took one away.
create function howdah.jobs_held(lease howdah.runners) returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_held bigint[];
begin
  execute format('select array_agg(j.id) from %I._private_jobs j where j.id = any ($1) and j.locked_by = $2',
                 howdah.queue_schema(lease.queue))
  into v_held using lease.running, lease.pool_id;
  return coalesce(v_held, '{}');
end;
$$;
