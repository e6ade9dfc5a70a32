-- howdah.discard_jobs(filter…, reason, max_jobs, dry_run): howdah.discard_job for every waiting job that fits the filter;
-- returns how many. The filter is that of howdah.cancel_jobs, its states scheduled, available and retryable.
create function howdah.discard_jobs(
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
  v_states constant text[] := array['scheduled', 'available', 'retryable'];
  v_batch record;
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
    v_count := v_count + howdah.end_waiting_jobs(
      v_batch.schema_name,
      array(select l.job_id from howdah.lock_free_jobs(v_batch.schema_name, v_batch.ids) l where not l.is_running),
      'discarded', reason);
  end loop;
  return v_count;
end;
$$;

comment on function howdah.discard_jobs is
  'Discards every waiting job that fits the filter (that of howdah.cancel_jobs), at most max_jobs; returns how many. With dry_run it only counts.';
