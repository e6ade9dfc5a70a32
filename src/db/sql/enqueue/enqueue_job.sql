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
  v_added record;
begin
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
