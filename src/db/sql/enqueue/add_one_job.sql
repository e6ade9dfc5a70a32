-- howdah.add_one_job(job): what howdah.enqueue_job does, with its arguments in one value.
--
-- In this order: refuse what is wrong, take the turn in the sequence, which the task may give (order_key), take the unique key,
-- write the job. A batch does so too, so that nobody who has the one waits for who has the other. A duplicate is
-- returned, not raised, so that the caller's transaction can go on. A job with a key goes its own way (put_keyed_job.sql).
--
-- Most jobs have no options at all, and a request waits for each: calls are what costs, so what those have no need of is not
-- called for them.
create function howdah.add_one_job(
  job howdah.job_options,
  out job_id bigint, out job_queue text, out job_run_at timestamptz, out job_max_retries integer, out is_duplicate boolean
)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_has_options boolean := howdah.has_options(job);
  v_mistakes constant text[] := case when v_has_options then howdah.job_option_mistakes(job) end;
  v_settings jsonb := case when v_has_options and v_mistakes is null then howdah.job_settings(job) end;
  v_task howdah.tasks;
  v_is_queue_known boolean;
  v_payload_mistakes text;
  v_hash bytea;
  v_holder howdah.unique_locks;
  v_wanted timestamptz := coalesce(job.run_at, clock_timestamp() + job.delay);
  v_written record;
begin
  select t.queue, t.max_retries, t.payload_schema, t.order_by,
         exists (select from howdah.queue_registry r where r.name = coalesce(job.queue, t.queue) and r.removed_at is null)
  into v_task.queue, v_task.max_retries, v_task.payload_schema, v_task.order_by, v_is_queue_known
  from howdah.tasks t where t.name = job.task;
  if not found then
    v_task := howdah.task_for(job);
  end if;
  v_payload_mistakes := howdah.payload_mistakes(v_task.payload_schema, coalesce(job.payload, '{}'));
  if v_mistakes is not null then
    raise exception '%', array_to_string(v_mistakes, '; ')
      using errcode = 'HWOPT', hint = E'What each option takes: docs/sql.md, or \\df+ howdah.enqueue in psql.';
  elsif v_payload_mistakes is not null and not howdah.fits_a_version(job.task, coalesce(job.payload, '{}')) then
    raise exception '%', v_payload_mistakes
      using errcode = 'HWPAY', hint = howdah.payload_hint(job.task);
  end if;
  if v_task.order_by is not null and job.sequence is null then
    job.sequence := howdah.order_key(v_task.order_by, coalesce(job.payload, '{}'));
    if job.sequence is not null then
      v_has_options := true;
      v_settings := howdah.job_settings(job);
    end if;
  end if;
  job.queue := coalesce(job.queue, v_task.queue);
  job.max_retries := coalesce(job.max_retries, v_task.max_retries);
  job_queue := job.queue;
  is_duplicate := false;
  if v_is_queue_known is not true then
    perform howdah.queue_schema(job.queue);
  end if;
  if not v_has_options then
    v_written := howdah.write_job(job, null, null);
    job_id := v_written.id;
    job_run_at := v_written.run_at;
    job_max_retries := v_written.max_attempts - 1;
    return;
  elsif job.key is not null then
    select k.id, k.run_at, k.max_attempts - 1 into job_id, job_run_at, job_max_retries
    from howdah.put_keyed_job(job, v_settings) k;
    return;
  end if;

  if num_nonnulls(job.unique_key, job.unique_for) > 0 then
    v_hash := howdah.unique_hash(job, job.queue);
    v_holder := howdah.claim_in_turn(job, v_hash);
    if v_holder.job_id is not null then
      select d.* into job_id, job_queue, job_run_at, job_max_retries, is_duplicate from howdah.duplicate_of(v_holder) d;
      return;
    end if;
    v_settings := coalesce(v_settings, '{}') || jsonb_build_object('unique', encode(v_hash, 'hex'));
  end if;
  if job.sequence is not null then
    v_written := howdah.write_in_sequence(job, v_wanted, v_settings);
  else
    v_written := howdah.write_job(job, v_wanted, v_settings);
  end if;
  job_id := v_written.id;
  job_run_at := v_written.run_at;
  job_max_retries := v_written.max_attempts - 1;
  if v_hash is not null then
    update howdah.unique_locks l set job_id = add_one_job.job_id where l.hash = v_hash;
  end if;
end;
$$;

-- howdah.claim_in_turn(job, hash): takes the job's turn in its sequence, if it has one, and then its unique key as claim_unique does.
-- Who is refused the key keeps no turn: its transaction may stay open, and the sequence would stand still.
create function howdah.claim_in_turn(job howdah.job_options, hash bytea) returns howdah.unique_locks
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_expires_at constant timestamptz := clock_timestamp() + job.unique_for;
  v_holder howdah.unique_locks;
begin
  if job.sequence is null then
    return howdah.claim_unique(hash, job.queue, v_expires_at, 0, job.succeeds);
  end if;
  begin
    perform howdah.enter_sequence(job.sequence);
    v_holder := howdah.claim_unique(hash, job.queue, v_expires_at, 0, job.succeeds);
    if v_holder.job_id is not null then
      raise exception 'a duplicate' using errcode = 'HWDUP';
    end if;
  exception when sqlstate 'HWDUP' then
    null; -- the turn is given back
  end;
  return v_holder;
end;
$$;
