-- howdah.filter_states(filter): the states it names, null for what is null in an array; no row when it names none.
create function howdah.filter_states(filter jsonb) returns setof text
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select s #>> '{}' from jsonb_path_query(filter, 'lax $.state[*]') s where filter ->> 'state' is not null
$$;

-- howdah.check_filter(filter): raises what is wrong with a filter.
create function howdah.check_filter(filter jsonb) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  c_members constant text[] := array['queue', 'task', 'state', 'created_before', 'created_after', 'finished_before',
                                     'finished_after', 'error_like', 'worker', 'key', 'payload_contains', 'search'];
  c_states constant text[] := array['scheduled', 'available', 'retryable', 'running', 'completed', 'discarded', 'cancelled'];
  v_wrong text;
begin
  if jsonb_typeof(filter) is distinct from 'object' then
    raise exception 'filter: expected an object, received %', coalesce(filter::text, 'null')
      using errcode = 'HWOPT', hint = 'Such as {"queue": "default", "state": "discarded"}; {} fits every job.';
  end if;
  select k into v_wrong from jsonb_object_keys(filter) k where k <> all (c_members) limit 1;
  if found then
    raise exception 'filter: unknown member "%"', v_wrong
      using errcode = 'HWOPT', hint = howdah.name_hint(v_wrong, c_members, 'Members');
  end if;
  select m.key into v_wrong from jsonb_each(filter) m
  where m.key not in ('state', 'payload_contains') and jsonb_typeof(m.value) in ('array', 'object') limit 1;
  if found then
    raise exception '%: expected a string, received %', v_wrong, filter -> v_wrong
      using errcode = 'HWOPT', hint = 'Only state takes several values.';
  end if;
  if filter ->> 'queue' is not null then
    perform howdah.queue_schema(filter ->> 'queue');
  end if;
  if filter -> 'state' = '[]' then
    raise exception 'state: expected one state or more, received []'
      using errcode = 'HWOPT', hint = 'Leave it out for jobs in any state.';
  end if;
  select s into v_wrong from howdah.filter_states(filter) s where s is null or s <> all (c_states) limit 1;
  if found then
    raise exception 'state: expected one of %, received %', array_to_string(c_states, ', '), coalesce('"' || v_wrong || '"', 'null')
      using errcode = 'HWOPT', hint = howdah.name_hint(v_wrong, c_states, 'States');
  end if;
  perform howdah.check_filter_instant(filter, m) from unnest(array['created_before', 'created_after', 'finished_before',
                                                                   'finished_after']) m;
  v_wrong := filter ->> 'error_like';
  if (length(v_wrong) - length(rtrim(v_wrong, E'\\'))) % 2 = 1 then
    raise exception 'error_like: expected a pattern of like, received one that ends with the escape character'
      using errcode = 'HWOPT', hint = E'Write \\\\ for a backslash.';
  end if;
  v_wrong := howdah.shape_mistake((filter -> 'payload_contains')::json);
  if v_wrong is not null then
    raise exception 'payload_contains: %', v_wrong
      using errcode = 'HWOPT', hint = 'No job has such a payload.';
  end if;
  if filter ? 'payload_contains' and not has_column_privilege(session_user, 'howdah.job_history', 'payload', 'select') then
    raise exception 'payload_contains: % may not select payloads', session_user
      using errcode = 'insufficient_privilege', hint = 'grant select (payload) on howdah.job_history allows it.';
  end if;
end;
$$;

-- howdah.check_filter_instant(filter, member): raises HWOPT when that member is there and no instant.
create function howdah.check_filter_instant(filter jsonb, member text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  perform (filter ->> member)::timestamptz;
exception when data_exception then
  raise exception '%: expected an instant, received %', member, filter -> member
    using errcode = 'HWOPT', hint = 'Such as "2026-11-21T08:00:00Z".';
end;
$$;
