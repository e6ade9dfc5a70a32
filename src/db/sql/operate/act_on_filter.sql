-- howdah.act_on_filter(action, filter, states, max_jobs, dry_run, reason, at): what the commands by filter share. Does the
-- action (as in howdah.act_on_jobs) to the jobs that fit the filter and are in one of the states, the oldest first, at most
-- max_jobs, 1000 if that is null; returns how many it was done to. dry_run only counts those that fit, all of them if max_jobs
-- is null. Raises as howdah.find_jobs does, and HWOPT for a state that is not among the states.
create function howdah.act_on_filter(
  action text, filter jsonb, states text[], max_jobs integer, dry_run boolean,
  reason text default null, at timestamptz default now()
) returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_state constant text := filter ->> 'state';
  v_filter constant jsonb := case when v_state is null then filter || jsonb_build_object('state', states) else filter end;
  v_max constant integer := coalesce(max_jobs, 1000);
  v_ids bigint[];
  v_count bigint := 0;
begin
  if dry_run is null then
    raise exception 'dry_run: expected true or false, received null'
      using errcode = 'HWOPT', hint = 'Jobs are changed only where it is false.';
  end if;
  if v_state <> all (states) then
    raise exception 'state: expected one of %, received "%"', array_to_string(states, ', '), v_state
      using errcode = 'HWOPT', hint = 'Those are the states in which this command can do something.';
  end if;
  if dry_run and max_jobs is null then
    loop
      v_ids := array(select howdah.find_jobs(v_filter, 100000, after_id => v_ids[100000], newest_first => false));
      v_count := v_count + cardinality(v_ids);
      exit when cardinality(v_ids) < 100000;
    end loop;
    return v_count;
  end if;
  v_ids := array(select howdah.find_jobs(v_filter, v_max, newest_first => false));
  if dry_run then
    return cardinality(v_ids);
  end if;
  return (
    select count(*) from howdah.act_on_jobs(
      action, v_ids, reason, at,
      jsonb_build_object('filter', filter - 'payload_contains', 'by_payload', filter ? 'payload_contains', 'max', v_max),
      also_running => coalesce(v_state = 'running', true),
      states => case when v_state is null then act_on_filter.states else array[v_state] end));
end;
$$;
