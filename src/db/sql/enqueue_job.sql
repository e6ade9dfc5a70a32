-- howdah.enqueue_job(task, payload, …): adds one job in the caller's transaction and returns what was written.
-- howdah.enqueue is the short form, and documents the options.
--
-- What is left out comes from the task's row in howdah.tasks. The job exists if and only if the transaction commits;
-- workers are woken at that commit. Takes no lock beyond the inserted row.
--
-- Raises HWTSK for an unknown task, HWQUE for an unknown queue, HWOPT for an option out of range.
create function howdah.enqueue_job(
  task text,
  payload json default '{}',
  queue text default null,
  run_at timestamptz default null,
  delay interval default null,
  max_retries integer default null,
  priority integer default null
) returns table (job_id bigint, job_queue text, job_run_at timestamptz, job_max_retries integer)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_task howdah.tasks;
  v_queue text;
begin
  select t.* into v_task from howdah.tasks t where t.name = enqueue_job.task;
  if not found then
    raise exception 'unknown task "%"', enqueue_job.task
      using errcode = 'HWTSK',
            hint = 'Tasks here: ' || coalesce((select string_agg(t.name, ', ' order by t.name) from howdah.tasks t), 'none')
                   || '. A task is announced by the first process that starts with it.';
  end if;
  if enqueue_job.run_at is not null and enqueue_job.delay is not null then
    raise exception 'run_at and delay exclude each other' using errcode = 'HWOPT';
  end if;
  if enqueue_job.delay < interval '0' then
    raise exception 'delay: expected zero or more, received %', enqueue_job.delay using errcode = 'HWOPT';
  end if;
  if enqueue_job.max_retries not between 0 and 32766 then
    raise exception 'max_retries: expected 0 to 32766, received %', enqueue_job.max_retries using errcode = 'HWOPT';
  end if;
  if enqueue_job.priority not between -32768 and 32767 then
    raise exception 'priority: expected -32768 to 32767, received %', enqueue_job.priority using errcode = 'HWOPT';
  end if;

  v_queue := coalesce(enqueue_job.queue, v_task.queue);
  return query execute format(
    'select j.id, $6, j.run_at, j.max_attempts - 1 from %I.add_job($1, payload => $2, run_at => $3, max_attempts => $4, priority => $5) j',
    howdah.queue_schema(v_queue))
  using v_task.name,
        coalesce(enqueue_job.payload, '{}'),
        coalesce(enqueue_job.run_at, clock_timestamp() + enqueue_job.delay),
        coalesce(enqueue_job.max_retries, v_task.max_retries) + 1,
        enqueue_job.priority,
        v_queue;
end;
$$;
