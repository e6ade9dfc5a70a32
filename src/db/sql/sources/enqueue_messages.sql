-- howdah.enqueue_messages(task, places, payloads, originals, headers, sequences, faults): makes a job of each message at these places, and
-- returns how many of them were discarded at once; see take_messages.sql. Where the task is in the order of a field of its payload, that
-- makes the sequence, and not what is given here.
create function howdah.enqueue_messages(
  task text, places integer[], payloads text[], originals text[], headers text[], sequences text[], faults text[]
) returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_jobs howdah.job_options[];
  v_at integer[]; -- the place of each of them
  v_fault record;
  v_is_ordered constant boolean := (howdah.known_task(task)).order_by is not null;
  v_is_any_misfit boolean := false;
begin
  select array_agg(row(enqueue_messages.task, m.payload::json, null, null, null, null, null, null, null, null, null, null, null, null,
                       case when not v_is_ordered then m.sequence end, m.headers::jsonb, null, null, null, null)::howdah.job_options
                   order by m.place),
         array_agg(m.place::integer order by m.place)
  into v_jobs, v_at
  from unnest(payloads, headers, sequences, faults) with ordinality m (payload, headers, sequence, fault, place)
  where m.fault is null and m.place = any (places);
  for v_fault in select f.* from howdah.payload_faults(v_jobs) f loop
    faults[v_at[v_fault.index + 1]] := v_fault.mistakes;
    v_jobs[v_fault.index + 1] := null;
    v_is_any_misfit := true;
  end loop;
  if v_is_any_misfit then
    v_jobs := array(select job from unnest(v_jobs) job where (job).task is not null);
  end if;
  if cardinality(v_jobs) > 0 then
    perform from howdah.add_sound_jobs(v_jobs);
  end if;
  return howdah.discard_messages(task, array(select place from unnest(places) place where faults[place] is not null),
                                 payloads, originals, headers, faults);
end;
$$;

-- howdah.payload_faults(batch): each job of a batch whose payload does not fit its task, with why; no row for the others.
create function howdah.payload_faults(batch howdah.job_options[]) returns table (index integer, mistakes text)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select j.index, m.mistakes
  from howdah.suspect_payloads(batch) j
  left join howdah.tasks t on t.name = j.task
  cross join lateral howdah.payload_mistakes(coalesce(t.payload_schema, '{}'), j.payload) m (mistakes)
  where m.mistakes is not null and not howdah.fits_a_version(j.task, j.payload)
$$;

-- howdah.discard_messages(task, places, payloads, originals, headers, faults): the messages at these places as jobs that have ended,
-- without ever having been in a queue; returns how many. Like any discarded one a job can be looked at and, once a version of
-- the task takes its payload, retried.
--
-- What is no JSON that can be kept has {"unreadable": {"base64": ..., "bytes": ...}} for its payload, and the flag
-- howdah_unreadable: it is not retried, as a task that takes any object would take that one for a message.
create function howdah.discard_messages(
  task text, places integer[], payloads text[], originals text[], headers text[], faults text[]
) returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_task constant howdah.tasks := howdah.known_task(task);
  v_place integer;
  v_original json;
begin
  foreach v_place in array places loop
    v_original := coalesce(originals[v_place]::json, howdah.unkept_payload(payloads[v_place]));
    insert into howdah.job_history (id, queue, task, state, priority, attempt, max_attempts, run_at, created_at, finished_at,
                                    expires_at, last_error, payload, flags)
    values (nextval('howdah.job_id_seq'), v_task.queue, v_task.name, 'discarded', 0, 0, v_task.max_retries + 1, now(), now(),
            clock_timestamp(), clock_timestamp() + interval '7 days', faults[v_place],
            case when v_original is null then payloads[v_place]::json else json_build_object('unreadable', v_original) end,
            jsonb_strip_nulls(jsonb_build_object('howdah', jsonb_build_object('headers', headers[v_place]::jsonb),
                                                 'howdah_unreadable', case when v_original is not null then true end)));
  end loop;
  return cardinality(places);
end;
$$;

-- howdah.unkept_payload(payload): what stands for JSON that cannot be kept as it is; null for any other.
create function howdah.unkept_payload(payload text) returns json
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_bytes constant bytea := convert_to(payload, 'UTF8');
begin
  if howdah.shape_mistake(payload::json) is null and not howdah.has_unstorable_text(payload) then
    return null;
  end if;
  return json_build_object('base64', replace(encode(v_bytes, 'base64'), E'\n', ''), 'bytes', octet_length(v_bytes));
end;
$$;
