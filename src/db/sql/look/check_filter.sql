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
                                     'finished_after', 'error_like', 'worker', 'key', 'payload_contains', 'search', 'id',
                                     'sequence', 'trace', 'failure', 'attempts_above', 'attempts_below'];
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
  where m.key not in ('state', 'id', 'payload_contains') and jsonb_typeof(m.value) in ('array', 'object') limit 1;
  if found then
    raise exception '%: expected a string, received %', v_wrong, filter -> v_wrong
      using errcode = 'HWOPT', hint = 'Only state and id take several values.';
  end if;
  if filter ->> 'queue' is not null then
    perform howdah.check_queue(filter ->> 'queue');
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
  perform howdah.check_filter_forms(filter);
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

-- howdah.check_filter_forms(filter): raises HWOPT for numbers and ids that are none.
create function howdah.check_filter_forms(filter jsonb) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  c_most_ids constant integer := 1000;
  v_wrong record;
begin
  select f.key, f.value, form.expected, form.hint into v_wrong
  from (select m.key, m.value #>> '{}' as text, m.value from jsonb_each(filter) m where m.key <> 'id'
        union all
        select 'id', i #>> '{}', i from jsonb_path_query(filter, 'lax $.id[*]') i where filter ->> 'id' is not null) f
  join (values ('id', '^[1-9][0-9]{0,17}$', 'the id of a job, or an array of such', 'Such as 4711, or [4711, 4712].'),
               ('attempts_above', '^[0-9]{1,5}$', 'a whole number 0 to 99999', 'Jobs with more runs than that.'),
               ('attempts_below', '^[0-9]{1,5}$', 'a whole number 0 to 99999', 'Jobs with fewer runs than that.'),
               ('trace', '^[0-9a-fA-F]{32}$', '32 hexadecimal digits', 'The trace id in a traceparent header.'),
               ('failure', '^[0-9a-f]{16}$', '16 hexadecimal digits', 'As howdah.failure_groups() has them.')
       ) form (member, pattern, expected, hint) on form.member = f.key
  where f.text !~ form.pattern or f.text is null and f.key = 'id'
  limit 1;
  if found then
    raise exception '%: expected %, received %', v_wrong.key, v_wrong.expected, v_wrong.value
      using errcode = 'HWOPT', hint = v_wrong.hint;
  end if;
  if filter -> 'id' = '[]' or jsonb_array_length(case jsonb_typeof(filter -> 'id') when 'array' then filter -> 'id' else '[]' end) > c_most_ids then
    raise exception 'id: expected 1 to % ids, received %', c_most_ids, jsonb_array_length(filter -> 'id')
      using errcode = 'HWOPT', hint = 'Leave it out for any job.';
  end if;
end;
$$;
