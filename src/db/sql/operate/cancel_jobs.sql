-- howdah.cancel_jobs(filter…, reason, max_jobs, dry_run): howdah.cancel_job for every live job that fits the filter, the
-- oldest first; returns how many. Filter parts by name, each optional: queue, task, state (scheduled, available,
-- retryable or running; all of them unless told), created_before, created_after, error_like (as with ilike, on the latest
-- error), key, payload_contains (as with jsonb's @>). At most max_jobs (1 to 100000). dry_run only counts.
-- Jobs that a worker takes or ends at this very moment are left out. Raises HWQUE and HWOPT for a filter that is wrong.
create function howdah.cancel_jobs(
  queue text default null,
  task text default null,
  state text default null,
  created_before timestamptz default null,
  created_after timestamptz default null,
  error_like text default null,
  key text default null,
  payload_contains jsonb default null,
  reason text default null,
  max_jobs integer default 1000,
  dry_run boolean default false
) returns integer
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_filter constant jsonb :=
    jsonb_build_object('queue', queue, 'task', task, 'state', state, 'created_before', created_before,
                              'created_after', created_after, 'error_like', error_like, 'key', key,
                              'payload_contains', payload_contains);
  v_states constant text[] := array['scheduled', 'available', 'retryable', 'running'];
  v_batch record;
  v_waiting bigint[];
  v_running bigint[];
  v_count integer := 0;
begin
  if dry_run then
    return (select count(*) from howdah.select_jobs(v_filter, v_states, max_jobs));
  end if;
  for v_batch in
    select r.schema_name, array_agg(j.job_id) as ids
    from howdah.select_jobs(v_filter, v_states, max_jobs) j
    join howdah.queue_registry r on r.name = j.job_queue
    group by r.schema_name order by r.schema_name
  loop
    select array_agg(l.job_id) filter (where not l.is_running), array_agg(l.job_id) filter (where l.is_running)
    into v_waiting, v_running
    from howdah.lock_free_jobs(v_batch.schema_name, v_batch.ids) l;
    v_count := v_count
      + howdah.end_waiting_jobs(v_batch.schema_name, coalesce(v_waiting, '{}'), 'cancelled', reason)
      + howdah.cancel_running_jobs(coalesce(v_running, '{}'), reason);
  end loop;
  return v_count;
end;
$$;

comment on function howdah.cancel_jobs is
  'Cancels every live job that fits all parts of the filter given (queue, task, state, created_before, created_after, error_like as with ilike on the last error, key, payload_contains as with jsonb''s @>), at most max_jobs (1 to 100000), the oldest first; returns how many, 0 when none fits. With dry_run it only counts.';
