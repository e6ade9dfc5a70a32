-- howdah.key_holder: the job of a queue that has a key, as lock_key_holder finds it; all columns null for none.
-- is_parked and wanted: it waits for its turn in its sequence, and when it wants to run then. debounced_since: the first of
-- the debounced enqueues that have put it off, since it was written or since its last run that counted.
drop type if exists howdah.key_holder;

create type howdah.key_holder as (
  id bigint,
  is_running boolean,
  attempts integer,
  max_attempts integer,
  run_at timestamptz,
  payload json,
  sequence text,
  is_parked boolean,
  wanted timestamptz,
  debounced_since timestamptz
);

-- howdah.lock_key_holder(schema_name, task, key): the job that has the task's key in a queue, its row locked until the end of
-- the transaction. Waits for whoever holds it; if that one lets go of the key, there is none.
create function howdah.lock_key_holder(schema_name text, task text, key text) returns howdah.key_holder
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_holder howdah.key_holder;
begin
  execute format(
    'select j.id, j.is_available is not true, j.attempts, j.max_attempts, j.run_at, j.payload,
            j.flags #>> ''{howdah,sequence}'', false, null::timestamptz,
            case when j.attempts = 0 then (j.flags #>> ''{howdah,debounced_since}'')::timestamptz end
     from %I._private_jobs j where j.key = $1 for update', schema_name)
  into v_holder using howdah.engine_key(task, key);
  if v_holder.sequence is not null then
    select true, coalesce(s.run_at, now()) into v_holder.is_parked, v_holder.wanted
    from howdah.sequence_jobs s where s.job_id = v_holder.id and s.is_parked;
    v_holder.is_parked := coalesce(v_holder.is_parked, false);
  end if;
  return v_holder;
end;
$$;

-- howdah.sequence_of_key(schema_name, task, key): the sequence of the job that has the task's key in a queue; null when it is in
-- none, or there is no such job. Takes no lock.
create function howdah.sequence_of_key(schema_name text, task text, key text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_sequence text;
begin
  execute format('select j.flags #>> ''{howdah,sequence}'' from %I._private_jobs j where j.key = $1', schema_name)
  into v_sequence using howdah.engine_key(task, key);
  return v_sequence;
end;
$$;

-- howdah.let_key_go(schema_name, id): a running job whose key is enqueued again is not retried any more: its maximum
-- becomes the runs it had, and the key is free for the job that follows. The caller holds its row.
create function howdah.let_key_go(schema_name text, id bigint) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  execute format(
    'update %I._private_jobs j set key = null, max_attempts = greatest(j.attempts, 1), updated_at = now() where j.id = $1',
    schema_name) using id;
end;
$$;

-- howdah.debounce_period(holder, job): since when debounced enqueues have put the job off that is about to be written, this
-- one included; null when it is not debounced. A running job is past being put off: its successor begins anew.
create function howdah.debounce_period(holder howdah.key_holder, job howdah.job_options) returns timestamptz
language sql volatile
return case when job.debounce is not null
  then coalesce(case when not holder.is_running then holder.debounced_since end, clock_timestamp()) end;

-- howdah.wanted_run_at(holder, job, period): the earliest run of the job that is about to be written; null for at once.
create function howdah.wanted_run_at(holder howdah.key_holder, job howdah.job_options, period timestamptz)
returns timestamptz
language sql volatile
return case
  when job.key_mode = 'preserve_run_at' and not holder.is_running and holder.attempts = 0
    then coalesce(holder.wanted, holder.run_at)
  when job.debounce is not null then least(clock_timestamp() + job.debounce, period + job.max_wait)
  else coalesce(job.run_at, clock_timestamp() + job.delay) end;

-- howdah.joined_payload(waiting, enqueued): the new payload; that of the waiting job with it when both are arrays.
create function howdah.joined_payload(waiting json, enqueued json) returns json
language sql immutable
return case when json_typeof(waiting) = 'array' and json_typeof(enqueued) = 'array'
  then (waiting::jsonb || enqueued::jsonb)::json else enqueued end;

-- howdah.keyed_flags(settings, period, wanted): the engine's flags of a job with these settings; null when there are none.
create function howdah.keyed_flags(settings jsonb, period timestamptz, wanted timestamptz) returns jsonb
language sql stable
return case when num_nonnulls(settings, period, wanted) > 0 then
  jsonb_build_object('howdah', coalesce(settings, '{}') || jsonb_strip_nulls(jsonb_build_object(
    'debounced_since', howdah.iso_instant(period), 'run_at', howdah.iso_instant(wanted)))) end;
