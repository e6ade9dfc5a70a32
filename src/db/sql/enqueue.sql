-- howdah.enqueue(task, payload, …): adds one job in the caller's transaction and returns its id.
--
-- Everything after payload is optional and best given by name, as in
--   select howdah.enqueue('send_welcome_email', '{"user_account":"ada"}', delay => '10 minutes');
-- The job exists if and only if the transaction commits; workers are woken at that commit.
-- Raises HWTSK for an unknown task, HWQUE for an unknown queue, HWOPT for an option out of range.
create function howdah.enqueue(
  task text,
  payload json default '{}',
  queue text default null,
  run_at timestamptz default null,
  delay interval default null,
  max_retries integer default null,
  priority integer default null
) returns bigint
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  select job_id
  from howdah.enqueue_job(task, payload, queue => queue, run_at => run_at, delay => delay,
                          max_retries => max_retries, priority => priority)
$$;

comment on function howdah.enqueue is
  'Adds a job in the current transaction and returns its id. Options by name: queue, run_at, delay, max_retries (runs after the first), priority (smaller first).';
