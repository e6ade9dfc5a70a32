-- howdah.take_jobs(lease, max_jobs, runs): gives a worker over HTTP jobs to run, at most so many and as many as it has places for.
-- runs: those that it has (run_id.sql); what it holds beyond is given back when it has been so for the time of the lease
-- (give_back_unnamed.sql). One row: state (lease_state.sql), and jobs, a list in JSON in the order in which they should begin;
-- payload and all are as they were enqueued. Raises HWLEA when the lease is over.
--
-- Its fleet concurrency holds as for every runner: a lease is granted what it holds, and takes no more than the sum of all others
-- leaves, under the lock of the fleet; while somebody else has that, nothing. Pausing is the gate's affair (queue_gate.sql).
--
-- What is locked and yet not given: suspects for poison beyond the first (fetch_jobs.sql), jobs whose deadline has passed, and those
-- behind the first 8 MiB of payloads. An answer is made in memory, here and in the API, and its reader has as little as that.
create function howdah.take_jobs(
  lease uuid, max_jobs integer, runs text[], out state json, out jobs json
)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_lease howdah.runners := howdah.enter_lease(lease);
  v_size integer;
  v_taken bigint[] := '{}';
begin
  v_lease.running := howdah.give_back_unnamed(v_lease, runs);
  perform howdah.promote_waiting_sequences();
  v_size := least(max_jobs, howdah.room_for(v_lease));
  if v_size > 0 then
    v_taken := howdah.keep_light(v_lease, howdah.discard_overdue(v_lease, howdah.fetch_jobs(v_lease, v_size)));
    v_lease.running := v_lease.running || v_taken;
  end if;
  update howdah.runners r set running = v_lease.running, granted = cardinality(v_lease.running) where r.token = lease;
  state := howdah.lease_state(v_lease);
  jobs := case when v_taken = '{}' then '[]' else howdah.leased_jobs(v_lease, v_taken) end;
end;
$$;

-- howdah.room_for(lease): how many more jobs it may have: what it has places for, and what the fleet leaves of its queue's limit.
create function howdah.room_for(lease howdah.runners) returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_room integer := lease.concurrency - cardinality(lease.running);
  v_limit constant integer := (select s.fleet_concurrency from howdah.queue_settings s where s.queue = lease.queue);
begin
  if v_limit is null or v_room <= 0 then
    return v_room;
  elsif not howdah.lock_fleet_soon(lease.queue) then
    return 0;
  end if;
  return least(v_room, v_limit - cardinality(lease.running) - coalesce(
    (select sum(coalesce(r.granted, r.concurrency)) from howdah.runners r
     where r.queue = lease.queue and r.released_at is null and r.token <> lease.token), 0));
end;
$$;

-- howdah.discard_overdue(lease, taken): those of the jobs just taken that are to be run; others' deadline has passed, and they end.
create function howdah.discard_overdue(lease howdah.runners, taken bigint[]) returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_job record;
begin
  for v_job in execute format(
    'select j.id, j.locked_at, j.flags #>> ''{howdah,deadline}'' as deadline from %I._private_jobs j
     where j.id = any ($1) and (j.flags #>> ''{howdah,deadline}'')::timestamptz <= clock_timestamp()',
    howdah.queue_schema(lease.queue)) using taken
  loop
    perform howdah.end_run(v_job.id, lease.queue, lease.pool_id, v_job.locked_at, concat('howdah-verdict:', jsonb_build_object(
      'kind', 'discard', 'name', 'JobDeadlineError', 'message', format('its deadline passed at %s', v_job.deadline))));
    taken := array_remove(taken, v_job.id);
  end loop;
  return taken;
end;
$$;

-- howdah.keep_light(lease, taken): those of the jobs just taken whose payloads have 8 MiB together, in the order in which they should
-- begin, and one at least; the others are handed back. Sizes are only measured where one is stored large: what is
-- stored in 1,500 bytes has at most some 140 KB, so that a hundred of them have no more than 14 MB.
create function howdah.keep_light(lease howdah.runners, taken bigint[]) returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  c_max_bytes constant integer := 8388608;
  v_schema constant text := howdah.queue_schema(lease.queue);
  v_is_any_large boolean := false;
  v_surplus bigint[];
begin
  if cardinality(taken) > 1 then
    execute format('select exists (select from %I._private_jobs j where j.id = any ($1) and pg_column_size(j.payload) > 1500)', v_schema)
      into v_is_any_large using taken;
  end if;
  if v_is_any_large then
    execute format(
      'select array_agg(s.id) from (
         select j.id, sum(octet_length(j.payload::text)) over w as bytes, row_number() over w as place
         from %I._private_jobs j where j.id = any ($1)
         window w as (order by j.priority, j.run_at, j.id rows unbounded preceding)) s
       where s.bytes > $2 and s.place > 1', v_schema)
      into v_surplus using taken, c_max_bytes;
  end if;
  if v_surplus is null then
    return taken;
  end if;
  perform howdah.hand_back(lease, v_surplus);
  return array(select id from unnest(taken) id where id <> all (v_surplus));
end;
$$;

-- howdah.leased_jobs(lease, ids): jobs that the lease holds, for its worker: what it needs to run each of them.
create function howdah.leased_jobs(lease howdah.runners, ids bigint[]) returns json
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_jobs json;
begin
  execute format(
    'select json_agg(json_build_object(
       ''id'', j.id::text, ''run'', howdah.run_id(j.id, j.locked_at), ''task'', t.identifier, ''attempt'', j.attempts,
       ''max_attempts'', j.max_attempts, ''payload'', howdah.without_tick(j.payload),
       ''headers'', coalesce(j.flags #> ''{howdah,headers}'', ''{}''), ''sequence'', j.flags #>> ''{howdah,sequence}'',
       ''deadline'', j.flags #>> ''{howdah,deadline}'',
       ''timeout_ms'', coalesce((j.flags #>> ''{howdah,timeout_ms}'')::bigint, k.timeout_ms, 0),
       ''created_at'', howdah.iso_instant(j.created_at), ''run_at'', howdah.iso_instant(j.run_at),
       ''started_at'', howdah.iso_instant(j.locked_at)) order by j.priority, j.run_at, j.id)
     from %1$I._private_jobs j
     join %1$I._private_tasks t on t.id = j.task_id
     left join howdah.tasks k on k.name = t.identifier
     where j.id = any ($1)', howdah.queue_schema(lease.queue))
  into v_jobs using ids;
  return v_jobs;
end;
$$;
