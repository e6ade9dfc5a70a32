-- howdah.enqueue_job(task, payload, …): adds one job in the caller's transaction and returns what was written.
-- howdah.enqueue is the short form, and documents the options.
--
-- What is left out comes from the task's row in howdah.tasks. The job exists if and only if the transaction commits;
-- workers are woken at that commit. Takes no lock beyond the inserted row, but for unique and sequence jobs.
--
-- A unique job that is already there does not raise: is_duplicate is true, the other columns tell of the job that holds
-- the key, nothing is written, and the transaction can go on.
-- Raises HWTSK for an unknown task, HWQUE for an unknown queue, HWOPT naming every option that is wrong, HWPAY
-- for a payload that does not fit the task.
--
-- Most jobs are plain: no option but queue and max_retries, nothing wrong with them, and a payload that meets the condition of its
-- task (keep_payload_checks). One of those is written here and now, in a branch a queue (queue_enqueue_branch.sql); whatever else
-- there may be to say is add_one_job's. Each function between, and each expression in it, is made ready anew in every
-- transaction: that takes longer than the job.
create function howdah.enqueue_job(
  task text,
  payload json default '{}',
  queue text default null,
  run_at timestamptz default null,
  delay interval default null,
  max_retries integer default null,
  priority integer default null,
  timeout interval default null,
  deadline timestamptz default null,
  retention interval default null,
  key text default null,
  key_mode text default null,
  unique_key text default null,
  unique_for interval default null,
  sequence text default null,
  headers jsonb default null,
  debounce interval default null,
  max_wait interval default null,
  succeeds bigint default null,
  allow_unknown boolean default null,
  out job_id bigint, out job_queue text, out job_run_at timestamptz, out job_max_retries integer, out is_duplicate boolean
)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_text constant text := coalesce(payload, '{}')::text;
  v_schema jsonb;
  v_check jsonpath;
  v_is_plain boolean;
  v_is_told boolean;
  v_added record;
begin
  if num_nonnulls(run_at, delay, priority, timeout, deadline, retention, key, key_mode, unique_key, unique_for, sequence, headers,
                  debounce, max_wait, succeeds) = 0
     and (max_retries between 0 and 32766) is not false
  then
    select coalesce(enqueue_job.queue, t.queue), coalesce(enqueue_job.max_retries, t.max_retries), t.payload_schema,
           case when t.payload_check_of = jsonb_hash_extended(t.payload_schema, 0) then t.payload_check end,
           t.order_by is null and exists (select from howdah.queue_registry r where r.name = coalesce(enqueue_job.queue, t.queue) and r.removed_at is null)
    into job_queue, job_max_retries, v_schema, v_check, v_is_plain
    from howdah.tasks t where t.name = enqueue_job.task;
    if v_is_plain
       and (case when octet_length(v_text) <= 512 and v_text !~ E'\\\\u|__proto__|[0-9][eE][-+]?[0-9]{4}' -- as suspect_payloads has it
                 then jsonb_path_match(v_text::jsonb, v_check, jsonb_build_object('size', octet_length(v_text)), silent => true)
            end is true
            or howdah.payload_mistakes(v_schema, coalesce(payload, '{}')) is null)
    then
:branches
    end if;
  end if;
  v_added := howdah.add_one_job(
    row(task, payload, queue, run_at, delay, max_retries, priority, timeout, deadline, retention, key, key_mode,
        unique_key, unique_for, sequence, headers, debounce, max_wait, succeeds, allow_unknown)::howdah.job_options);
  job_id := v_added.job_id;
  job_queue := v_added.job_queue;
  job_run_at := v_added.job_run_at;
  job_max_retries := v_added.job_max_retries;
  is_duplicate := v_added.is_duplicate;
end;
$$;

comment on function howdah.enqueue_job is
  'Adds a job in the current transaction and returns what was written; a unique duplicate is told by is_duplicate, with the holder''s id. Options as for howdah.enqueue.';
