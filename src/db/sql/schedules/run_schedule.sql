-- howdah.run_schedule(queue, entry): enqueues a job for every minute of one entry (due_schedules.sql) that is due, and marks
-- them as done, in one transaction. Returns how many: 100 at most, then it is to be called again.
-- entry: {"identifier", "task", "cron", "fill_ms", "max_attempts", "priority", "job_key", "job_key_mode", "payload"}.
--
-- The entry's row in the engine's _private_known_crontabs is locked first, so each minute is enqueued once, however many
-- processes there are, of this version or with the engine's own clock. is_busy when somebody else holds that row: it is
-- for them, or to be tried again soon. An entry that nobody knew is known from now on, and runs first at its next minute.
--
-- Ticks are the database's minutes. ahead_until is not null when the entry was marked as done up to a minute of the
-- future, as by a process whose clock is ahead: it is brought back to this minute, and goes on with the next.
-- Nothing while the queue is paused. Raises HWOPT for an expression that is none, and whatever adding a job raises; waits
-- for no lock longer than half a second.
create function howdah.run_schedule(
  queue text, entry json, out enqueued integer, out is_busy boolean, out ahead_until timestamptz
)
language plpgsql
set search_path = pg_catalog, pg_temp
set lock_timeout = '500ms'
as $$
declare
  v_schema constant text := howdah.queue_schema(queue);
  v_identifier constant text := entry ->> 'identifier';
  v_mistake constant text := howdah.cron_mistake(entry ->> 'cron');
  v_known record;
  v_minute timestamptz;
begin
  enqueued := 0;
  is_busy := false;
  if v_mistake is not null then
    raise exception 'cron: %', v_mistake using errcode = 'HWOPT';
  elsif exists (select from howdah.queue_settings s where s.queue = run_schedule.queue and s.paused_at is not null) then
    return;
  end if;
  execute format('insert into %I._private_known_crontabs (identifier, known_since) values ($1, clock_timestamp())
                  on conflict do nothing', v_schema) using v_identifier;
  execute format('select known_since, last_execution from %I._private_known_crontabs where identifier = $1
                  for update skip locked', v_schema) into v_known using v_identifier;
  if v_known.known_since is null then
    is_busy := true;
    return;
  end if;
  ahead_until := greatest(v_known.known_since, v_known.last_execution);
  if howdah.is_in_future(ahead_until) then
    v_minute := date_trunc('minute', clock_timestamp());
  else
    ahead_until := null;
    for v_minute in select * from howdah.due_minutes(entry ->> 'cron', (entry ->> 'fill_ms')::bigint,
                                                     v_known.known_since, v_known.last_execution)
    loop
      perform howdah.enqueue_tick(queue, entry, v_minute);
      enqueued := enqueued + 1;
    end loop;
  end if;
  if v_minute is not null then
    execute format('update %I._private_known_crontabs set last_execution = $2, known_since = least(known_since, $2) where identifier = $1', v_schema)
      using v_identifier, v_minute;
  end if;
  delete from howdah.cron_faults f where f.queue = run_schedule.queue and f.identifier = v_identifier;
end;
$$;

-- howdah.enqueue_tick(queue, entry, minute): the job of one tick. As the engine has it, the tick is a member _cron of the
-- payload; put there as text, so that the rest of the payload stays as it is, whatever jsonb would make of it. The task's
-- schema knows nothing of that member, so the payload is not checked here; it was when the crontab was read. flags.howdah.cron
-- tells the member from one of the same name that somebody enqueued.
--
-- A crontab knows no sequences, but the task may give one by what stands in the payload. A tick whose key a job has goes else into that job's sequence, so that neither a waiting job is taken
-- out of its sequence nor a running one overtaken. Read without a lock: a job whose enqueue is not committed yet, or is
-- just moved, may be missed, and put_keyed_job then does what it does for an enqueue without a sequence.
create function howdah.enqueue_tick(queue text, entry json, minute timestamptz) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  c_mark constant jsonb := '{"cron": true}';
  v_payload constant text := coalesce(nullif(btrim(entry ->> 'payload'), ''), '{}');
  v_tick constant json := json_build_object(
    'ts', howdah.iso_instant(minute), 'backfilled', minute < date_trunc('minute', clock_timestamp()));
  v_job howdah.job_options := json_populate_record(null::howdah.job_options, json_build_object(
    'task', entry ->> 'task', 'queue', queue, 'run_at', minute, 'max_retries', (entry ->> 'max_attempts')::integer - 1,
    'priority', (entry ->> 'priority')::integer, 'key', entry ->> 'job_key', 'key_mode', entry ->> 'job_key_mode',
    'payload', (left(v_payload, -1) || case when v_payload ~ E'^\\{[[:space:]]*\\}$' then '' else ',' end
                || '"_cron":' || v_tick || '}')::json));
  v_mistakes constant text[] := howdah.job_option_mistakes(v_job);
  v_order constant text := (
    select howdah.order_key(t.order_by, v_job.payload) from howdah.tasks t where t.name = v_job.task and t.order_by is not null);
begin
  if v_mistakes is not null then
    raise exception '%', array_to_string(v_mistakes, '; ') using errcode = 'HWOPT';
  elsif v_job.key is not null then
    v_job.sequence := coalesce(v_order, howdah.sequence_of_key(howdah.queue_schema(queue), v_job.task, v_job.key));
    perform howdah.put_keyed_job(v_job, coalesce(howdah.job_settings(v_job), '{}') || c_mark);
  elsif v_order is not null then
    v_job.sequence := v_order;
    perform howdah.write_in_sequence(v_job, minute, howdah.job_settings(v_job) || c_mark);
  else
    perform howdah.write_job(v_job, minute, c_mark);
  end if;
end;
$$;

-- howdah.record_schedule_fault(queue, identifier, message): what howdah.schedules and doctor show until the entry's next tick
-- is enqueued.
create function howdah.record_schedule_fault(queue text, identifier text, message text) returns void
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  insert into howdah.cron_faults as f (queue, identifier, message) values (queue, identifier, left(message, 1000))
  on conflict on constraint cron_faults_pkey do update set message = excluded.message, failed_at = clock_timestamp()
$$;
