-- howdah.act_on_filter(action, filter, states, max_jobs, dry_run, reason, at): what the commands by filter share. Does the
-- action (as in howdah.act_on_jobs) to the jobs that fit the filter and are in one of the states, the oldest first, at most
-- max_jobs; returns how many it was done to. dry_run only counts those that fit.
create function howdah.act_on_filter(
  action text, filter jsonb, states text[], max_jobs integer, dry_run boolean,
  reason text default null, at timestamptz default now()
) returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ids bigint[];
  v_changed bigint[];
begin
  if dry_run is null then
    raise exception 'dry_run: expected true or false, received null'
      using errcode = 'HWOPT', hint = 'Jobs are changed only where it is false.';
  end if;
  v_ids := array(select j.job_id from howdah.select_jobs(filter, states, max_jobs) j);
  if dry_run then
    return cardinality(v_ids);
  end if;
  v_changed := array(select * from howdah.act_on_jobs(action, v_ids, reason, at));
  if v_changed <> '{}' then
    perform howdah.record_change(
      'jobs.bulk_' || action, v_changed,
      jsonb_build_object('filter', filter - 'payload_contains', 'by_payload', filter ->> 'payload_contains' is not null,
                         'max', max_jobs, 'reason', reason, 'run_at', case action when 'reschedule' then at end));
  end if;
  return cardinality(v_changed);
end;
$$;
