-- howdah.enqueue(task, payload, …): adds one job in the caller's transaction and returns its id.
--
-- Everything after payload is optional and best given by name, as in
--   select howdah.enqueue('send_welcome_email', '{"user_account":"ada"}', delay => '10 minutes');
-- The job exists if and only if the transaction commits; workers are woken at that commit.
--
--   queue        where it runs; the task's queue unless told
--   run_at       earliest instant; now unless told. Excludes delay, which counts from now
--   max_retries  runs after the first, 0 to 32766; the task's unless told (25 unless the task tells)
--   priority     smaller runs first, -32768 to 32767; 0 unless told
--   timeout      limit of one run, 0 = none; the task's unless told (30 minutes unless the task tells)
--   deadline     instant after which it is discarded instead of run, and a run is stopped; none unless told
--   retention    how long it is kept once finished, 0 = not at all; 24 h completed, 7 d otherwise unless told
--   key          at most one waiting job of a task in a queue has a key. key_mode tells what becomes of it: replace (the
--                default) gives it all the new job's settings, preserve_run_at the same but its run_at before its first
--                run, ignore leaves it alone, a running one included. A running job is never replaced otherwise: it is not
--                retried any more, and a new job follows. Two JSON array payloads are joined. With sequence, it keeps its
--                place there, and never runs beside the one that runs (put_keyed_job.sql)
--   debounce     puts the waiting job of the key off: it runs so long after the latest enqueue. max_wait: but no longer than
--                that after the first
--   unique_key   while a job of this task with the same unique_key lives, another is refused, in whatever queue
--   unique_for   the refusal ends that long after the enqueue at the latest. Alone: jobs with the same queue, task and
--                payload (as jsonb) are the same
--   succeeds     the running job that may hold the unique key: it gives the key up to this one, and is not retried any more
--   sequence     jobs of one sequence run one at a time in the order of their commits, across queues and workers; the
--                next also waits while the one before it waits for a retry
--   headers      JSON object of strings for the handler; traceparent is passed through as it is
--   allow_unknown  true: a task that no process has announced is no error. The job is kept as it is given, its payload unchecked,
--                in the queue default and with 25 retries unless told, until a worker that knows the task is there
-- key excludes unique_key and unique_for; debounce needs key, and excludes run_at, delay and the other key modes.
--
-- Raises HWTSK for an unknown task, HWQUE for an unknown queue, HWOPT naming every option that is wrong, HWPAY for a
-- payload that does not fit the task (payload_mistakes.sql), HWDUP for a
-- duplicate of a unique job (its detail is JSON: {"job_id": …, "queue": …} of the holder).
create function howdah.enqueue(
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
  allow_unknown boolean default null
) returns bigint
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_added record;
begin
  v_added := howdah.enqueue_job(
    task, payload, queue, run_at, delay, max_retries, priority, timeout, deadline, retention, key, key_mode,
    unique_key, unique_for, sequence, headers, debounce, max_wait, succeeds, allow_unknown);
  if v_added.is_duplicate then
    raise exception 'duplicate: job % of queue "%" holds this unique key', v_added.job_id, v_added.job_queue
      using errcode = 'HWDUP',
            detail = json_build_object('job_id', v_added.job_id, 'queue', v_added.job_queue)::text,
            hint = 'howdah.enqueue_job returns the holder instead of raising.';
  end if;
  return v_added.job_id;
end;
$$;

comment on function howdah.enqueue is
  'Adds a job in the current transaction and returns its id. Payload is json; all after it is by name, as in delay => ''10 minutes'': queue, run_at or delay, max_retries (runs after the first, 0 to 32766), priority (smaller first, -32768 to 32767), timeout (of one run, 0 = none), deadline (discarded instead of run after it), retention (once finished, 0 = not kept), key with key_mode (replace, preserve_run_at, ignore) or debounce and max_wait, unique_key, unique_for, succeeds (the running job that gives its unique key up), sequence (one at a time in order), headers (object of strings), allow_unknown (true: also a task that no process has announced).';
