-- howdah.known_task(name): a task's row of the catalogue.
-- Raises HWTSK when there is none, with the known names as a hint, the nearest first.
create function howdah.known_task(name text) returns howdah.tasks
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_task howdah.tasks;
begin
  select t.* into v_task from howdah.tasks t where t.name = known_task.name;
  if not found then
    raise exception 'unknown task %', coalesce('"' || known_task.name || '"', 'null')
      using errcode = 'HWTSK', hint = howdah.task_hint(known_task.name) || '.';
  end if;
  return v_task;
end;
$$;

-- howdah.task_for(job): its task's row, or HWTSK, as above; and for a job that may be of a task nobody announced, with allow_unknown,
-- the defaults of one: queue default, 25 retries, any payload. Raises HWOPT for a name that no task can have.
create function howdah.task_for(job howdah.job_options) returns howdah.tasks
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_task howdah.tasks;
begin
  select t.* into v_task from howdah.tasks t where t.name = job.task;
  if not found then
    if job.allow_unknown is not true or job.task is null then
      raise exception 'unknown task %', coalesce('"' || job.task || '"', 'null')
        using errcode = 'HWTSK', hint = howdah.job_task_hint(job.task);
    elsif job.task !~ '^[A-Za-z0-9_-]{1,128}$' then
      raise exception 'task: expected 1 to 128 of A-Z a-z 0-9 _ -, received "%"', left(job.task, 200) using errcode = 'HWOPT';
    end if;
    v_task.name := job.task;
    v_task.queue := 'default';
    v_task.max_retries := 25;
    v_task.payload_schema := '{}';
  end if;
  return v_task;
end;
$$;

-- howdah.task_hint(name): what to tell whoever named a task that is not in the catalogue; a sentence without its point.
create function howdah.task_hint(name text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select howdah.name_hint(task_hint.name, array(select t.name from howdah.tasks t), 'Tasks')
         || ' A task is announced by the first process that starts with it'
$$;

-- howdah.job_task_hint(name): the same for who wanted to enqueue a job of it.
create function howdah.job_task_hint(name text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$ select howdah.task_hint(name) || '; allow_unknown keeps a job for one that will.' $$;
