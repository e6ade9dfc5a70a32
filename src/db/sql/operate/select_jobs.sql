-- howdah.select_jobs(filter, states, max_jobs): ids of the jobs that fit every part of the filter, oldest first, and are in
-- one of the states; at most max_jobs. A part that is null fits every job. For the by-filter commands, whose filter it is.
-- Raises HWQUE for an unknown queue; HWTSK when nothing fits and the task is unknown; HWOPT for a state that is not among
-- the states, and for a max_jobs out of range.
create function howdah.select_jobs(filter jsonb, states text[], max_jobs integer)
returns table (job_id bigint, job_queue text, job_state text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  f record;
  v_word text;
begin
  select * into f from jsonb_to_record(filter) as parts (
    queue text, task text, state text, created_before timestamptz, created_after timestamptz, error_like text, key text,
    payload_contains jsonb);
  if f.queue is not null then
    perform howdah.queue_schema(f.queue);
  end if;
  if f.state <> all (states) then
    raise exception 'state: expected one of %, received "%"', array_to_string(states, ', '), f.state
      using errcode = 'HWOPT', hint = 'Those are the states in which this command can do something.';
  end if;
  if max_jobs is null or max_jobs not between 1 and 100000 then
    raise exception 'max_jobs: expected 1 to 100000, received %', coalesce(max_jobs::text, 'null')
      using errcode = 'HWOPT', hint = 'For more, call it again until it returns 0.';
  end if;
  if (length(f.error_like) - length(rtrim(f.error_like, E'\\'))) % 2 = 1 then
    raise exception 'error_like: expected a pattern of like, received one that ends with the escape character'
      using errcode = 'HWOPT', hint = E'Write \\\\ for a backslash.';
  end if;
  v_word := howdah.telling_word(f.payload_contains);
  return query
  select j.id, j.queue, j.state from howdah.jobs j
  where j.state = any (case when f.state is null then states else array[f.state] end)
    and (f.queue is null or j.queue = f.queue)
    and (f.task is null or j.task = f.task)
    and (f.created_before is null or j.created_at < f.created_before)
    and (f.created_after is null or j.created_at > f.created_after)
    and (f.error_like is null or j.last_error ilike f.error_like)
    and (f.key is null or j.key = f.key)
    and (f.payload_contains is null
         or (strpos(j.payload::text, v_word) > 0 or strpos(j.payload::text, E'\\') > 0)
            and howdah.payload_contains(j.payload, f.payload_contains))
  order by j.id
  limit max_jobs;
  if not found and f.task is not null then
    perform howdah.known_task(f.task);
  end if;
end;
$$;

-- howdah.lock_free_jobs(schema_name, ids): locks those of the live jobs that nobody else holds this moment.
-- Skips the others rather than wait: a worker that ends a batch while a bulk command waits for part of it would make a
-- deadlock, and what is just being taken or ended need not be hit by "everything that matches".
create function howdah.lock_free_jobs(schema_name text, ids bigint[])
returns table (job_id bigint, is_running boolean, is_parked boolean)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  return query execute format(
    'with locked as (select j.id, j.locked_at from %I._private_jobs j where j.id = any ($1) order by j.id for update skip locked)
     select l.id, l.locked_at is not null, coalesce(s.is_parked, false)
     from locked l left join howdah.sequence_jobs s on s.job_id = l.id', schema_name)
  using ids;
end;
$$;
