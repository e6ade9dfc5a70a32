-- howdah.retry_job(id, states): has a job run again, and returns its state now.
--
-- A finished job, however it ended, goes back into its queue under its own id with all its retries; the errors of its
-- earlier attempts stay, its result and its place in the history do not. It takes its key, its unique key and a place at
-- the head of its sequence's line again. A waiting job becomes available at once.
-- With states, only a job that is in one of them: whoever saw it discarded does not run it again when another has retried it
-- since, and it has completed.
-- Raises HWJOB for an unknown job; HWSTA for one that runs or is in none of the states, naming the one it is in, whose deadline
-- has passed, whose payload no job may have, that stands for a message which was no JSON (discard_messages),
-- whose key or unique key another job holds, or that waits for its turn in a sequence; HWOPT for what is no state.
create function howdah.retry_job(id bigint, states text[] default null) returns text
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  c_states constant text[] := array['scheduled', 'available', 'running', 'retryable', 'completed', 'discarded', 'cancelled'];
  v_unknown constant text := (select coalesce(s, 'null') from unnest(states) s where s is null or s <> all (c_states) limit 1);
  v_state text;
begin
  if v_unknown is not null then
    raise exception 'states: expected some of %, received "%"', array_to_string(c_states, ', '), v_unknown
      using errcode = 'HWOPT', hint = howdah.name_hint(v_unknown, c_states, 'States');
  end if;
  v_state := howdah.restart_job(id, states);
  perform howdah.record_change('jobs.retry', array[id], jsonb_build_object('state', v_state));
  return v_state;
end;
$$;

comment on function howdah.retry_job is
  'Runs a job again: a finished one from its first attempt, under the same id; a waiting one now; with states, only one that is in one of them. Returns its state now.';

-- howdah.restart_job(id, states): the same, for whoever records it.
-- The state is looked at under the lock that the change needs: a live job's row is locked, and one of the history is deleted by its
-- state. Both orders of two retries: the row in the history is deleted by one of the two, the second waits for that commit, looks
-- again, and finds the job where the first has put it, however far it has come.
create function howdah.restart_job(id bigint, states text[] default null) returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_job record;
  v_row howdah.job_history;
begin
  for v_look in 1..2 loop
    select j.* into v_job from howdah.lock_job(restart_job.id) j;
    if v_job.state is null or (v_job.state = 'running' and (states is null or 'running' = any (states))) then
      perform howdah.refuse_job(id, v_job.state, 'retried');
    elsif not coalesce(v_job.state = any (states), states is null) then
      perform howdah.refuse_job(id, v_job.state, format('retried as one that is %s', array_to_string(states, ' or ')),
                                'Look at it again: it has changed meanwhile.');
    elsif v_job.schema_name is not null then
      return howdah.move_job(id, now(), 'retried');
    end if;
    delete from howdah.job_history h
    where h.id = restart_job.id and (states is null or h.state = any (states)) returning h.* into v_row;
    exit when found; -- else somebody else has just retried it
  end loop;
  if v_row.id is null then -- and again, right after it had ended once more
    perform howdah.refuse_job(id, v_job.state, 'retried: others do so this moment', 'Look at it again.');
  end if;
  perform howdah.keep_canary_outcome(v_row);
  return howdah.revive_job(v_row);
end;
$$;

-- howdah.revive_job(finished): puts a job that was just taken out of the history back into its queue.
create function howdah.revive_job(finished howdah.job_history) returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_schema text := howdah.queue_schema(finished.queue);
  v_settings jsonb := finished.flags -> 'howdah';
  v_is_parked boolean := false;
  v_holder bigint;
  v_flags jsonb := (finished.flags - '{howdah_deaths,howdah_misfit,howdah_own_key,howdah_run}'::text[])
    #- '{howdah,run_at}' #- '{howdah,debounced_since}'; -- what it waited for
  v_key text := finished.key;
begin
  if finished.flags ? 'howdah_unreadable' then
    perform howdah.refuse_job(finished.id, finished.state, 'retried: its message was no JSON that a task could be given',
                              'Its bytes are in the payload. Enqueue a job with what was meant.');
  end if;
  if (v_settings ->> 'deadline')::timestamptz <= clock_timestamp() then
    perform howdah.refuse_job(finished.id, finished.state, 'retried: its deadline passed at ' || (v_settings ->> 'deadline'),
                              'Enqueue it anew with another deadline.');
  end if;
  if v_settings ? 'sequence' then -- its turn before the unique key, as for an enqueue (add_one_job.sql)
    v_is_parked := howdah.enter_sequence(v_settings ->> 'sequence');
  end if;
  if v_settings ? 'unique' then
    v_holder := (howdah.claim_unique(decode(v_settings ->> 'unique', 'hex'), finished.queue, null, finished.id)).job_id;
    if v_holder is not null then
      perform howdah.refuse_job(finished.id, finished.state, format('retried: job %s has its unique key now', v_holder),
                                'Retry it when that job has ended.');
    end if;
  end if;
  if v_settings ? 'sequence' then
    insert into howdah.sequence_jobs (sequence, job_id, queue, is_parked)
    values (v_settings ->> 'sequence', finished.id, finished.queue, v_is_parked);
  end if;

  if finished.key is not null and not coalesce(finished.flags ? 'howdah_own_key', false) then
    perform howdah.adopt_key(v_schema, finished.task, finished.key);
    v_key := howdah.engine_key(finished.task, finished.key);
  end if;
  execute format(
    'insert into %1$I._private_tasks (identifier) values ($1) on conflict do nothing', v_schema) using finished.task;
  begin
    execute format(
      'insert into %1$I._private_jobs (id, task_id, payload, priority, run_at, attempts, max_attempts, created_at, key, flags)
       select $1, t.id, $3, $4, $5, 0, $6, $7, $8, $9 from %1$I._private_tasks t where t.identifier = $2', v_schema)
    using finished.id, finished.task, howdah.mended_json(finished.payload), finished.priority,
          case when v_is_parked then 'infinity' else now() end, finished.max_attempts, finished.created_at,
          v_key, nullif(v_flags, '{}');
  exception
    when unique_violation then
      perform howdah.refuse_job(finished.id, finished.state, 'retried: another job has its key now',
                                'Retry it when that job has ended.');
    when sqlstate 'HWPAY' then -- of a job from before such payloads were refused
      perform howdah.refuse_job(finished.id, finished.state, 'retried: ' || sqlerrm, 'Enqueue it anew with another payload.');
  end;
  perform howdah.announce_jobs(1);
  return case when v_is_parked then 'scheduled' else 'available' end;
end;
$$;
