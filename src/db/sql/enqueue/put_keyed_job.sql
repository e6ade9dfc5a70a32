-- howdah.put_keyed_job(job, settings): writes a job with a key, or what becomes of the one that waits with it; returns what
-- is stored. Options are checked, task, queue and max_retries filled in.
--
-- The engine's add_job cannot do it: it does not know whether the job it replaces is parked in a sequence, and how long
-- debounced enqueues have put it off. So the job that has the key is locked here first, and what follows is certain:
--   none          a new job
--   running       the key is let go of, with what is left of its retries, and a new job follows; ignore: nothing
--   waiting       it becomes the new job, under its id and in its place of its sequence; ignore: nothing
--   waiting in another sequence, or in one where the new job is in none, or the other way round: it is cancelled, and a new
--                 job goes to the end of its sequence, so that the order of ids stays the order of commits; ignore: nothing
--
-- Locks, in this order: the sequence's row, then the job's; a completion holds the job's and never waits for the
-- sequence's (settle_sequence.sql). Two enqueues of a key meet at the job's row, or, when there is none yet, at the unique
-- index: whoever comes second waits there, and looks again when the first has committed.
create function howdah.put_keyed_job(job howdah.job_options, settings jsonb)
returns table (id bigint, run_at timestamptz, max_attempts integer)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_schema constant text := howdah.queue_schema(job.queue);
  v_is_parked constant boolean := case when job.sequence is not null then howdah.enter_sequence(job.sequence) else false end;
  v_holder howdah.key_holder;
begin
  loop
    v_holder := howdah.lock_key_holder(v_schema, job.task, job.key);
    continue when v_holder.id is null and howdah.adopt_key(v_schema, job.task, job.key);
    if v_holder.id is not null and job.key_mode = 'ignore' then
      return query select * from howdah.leave_keyed_job(v_schema, v_holder, job);
      return;
    elsif v_holder.is_running then
      perform howdah.let_key_go(v_schema, v_holder.id);
    elsif v_holder.id is not null and v_holder.sequence is not distinct from job.sequence then
      return query select * from howdah.replace_keyed_job(v_schema, v_holder, job, settings);
      return;
    elsif v_holder.id is not null then
      perform howdah.end_waiting_jobs(v_schema, array[v_holder.id], 'cancelled', format(
        'its key was enqueued again %s', coalesce('in the sequence ' || job.sequence, 'in no sequence')));
    end if;
    return query select * from howdah.insert_keyed_job(v_schema, v_holder, job, settings, v_is_parked);
    exit when found; -- else somebody else has enqueued the key meanwhile
  end loop;
end;
$$;

-- howdah.leave_keyed_job(schema_name, holder, job): the answer to an enqueue that is ignored.
create function howdah.leave_keyed_job(schema_name text, holder howdah.key_holder, job howdah.job_options)
returns table (id bigint, run_at timestamptz, max_attempts integer)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if job.sequence is not null then
    perform howdah.settle_sequence(job.sequence); -- which takes it away again if this job alone would have been in it
  end if;
  return query select holder.id, coalesce(holder.wanted, holder.run_at), holder.max_attempts;
end;
$$;

-- howdah.replace_keyed_job(schema_name, holder, job, settings): makes the new job of the waiting one, whose row is locked.
create function howdah.replace_keyed_job(
  schema_name text, holder howdah.key_holder, job howdah.job_options, settings jsonb
) returns table (id bigint, run_at timestamptz, max_attempts integer)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_period constant timestamptz := howdah.debounce_period(holder, job);
  v_wanted constant timestamptz := coalesce(howdah.wanted_run_at(holder, job, v_period), now());
begin
  execute format(
    'update %I._private_jobs j
     set job_queue_id = null, payload = $2, max_attempts = $3, run_at = $4, priority = $5, flags = $6,
         attempts = 0, last_error = null, revision = j.revision + 1, updated_at = now()
     where j.id = $1', schema_name)
  using holder.id, howdah.joined_payload(holder.payload, coalesce(job.payload, '{}')), job.max_retries + 1,
        case when holder.is_parked then 'infinity' else v_wanted end, coalesce(job.priority, 0),
        howdah.keyed_flags(settings, v_period, case when holder.is_parked then v_wanted end);
  if holder.is_parked then
    update howdah.sequence_jobs s set run_at = v_wanted where s.job_id = holder.id;
  end if;
  perform howdah.announce_jobs(1);
  return query select holder.id, v_wanted, job.max_retries + 1;
end;
$$;

-- howdah.insert_keyed_job(schema_name, holder, job, settings, is_parked): a new job with the key; no row when somebody else
-- has it by now. Its engine hears of a task with the first job of it. holder is the waiting job it follows, if there was one.
create function howdah.insert_keyed_job(
  schema_name text, holder howdah.key_holder, job howdah.job_options, settings jsonb, is_parked boolean
) returns table (id bigint, run_at timestamptz, max_attempts integer)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_period constant timestamptz := howdah.debounce_period(holder, job);
  v_wanted constant timestamptz := coalesce(howdah.wanted_run_at(holder, job, v_period), now());
  v_payload constant json := howdah.joined_payload(
    case when not holder.is_running then holder.payload end, coalesce(job.payload, '{}'));
begin
  for v_try in 1..2 loop
    execute format(
      'insert into %1$I._private_jobs (task_id, payload, run_at, max_attempts, key, priority, flags)
       select t.id, $2, $3, $4, $5, $6, $7 from %1$I._private_tasks t where t.identifier = $1
       on conflict (key) do nothing returning id', schema_name)
    into insert_keyed_job.id
    using job.task, v_payload, case when is_parked then 'infinity' else v_wanted end, job.max_retries + 1,
          howdah.engine_key(job.task, job.key), coalesce(job.priority, 0),
          howdah.keyed_flags(settings, v_period, case when is_parked then v_wanted end);
    exit when insert_keyed_job.id is not null;
    execute format('insert into %I._private_tasks (identifier) values ($1) on conflict do nothing', schema_name) using job.task;
  end loop;
  if insert_keyed_job.id is null then
    return;
  end if;
  if job.sequence is not null then
    insert into howdah.sequence_jobs (sequence, job_id, queue, is_parked, run_at)
    values (job.sequence, insert_keyed_job.id, job.queue, insert_keyed_job.is_parked, v_wanted);
  end if;
  perform howdah.announce_jobs(1);
  run_at := v_wanted;
  max_attempts := job.max_retries + 1;
  return next;
end;
$$;
