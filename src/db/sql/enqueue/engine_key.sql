-- howdah.engine_key(task, key): how a task's key stands in the engine's table, whose keys are one for all tasks of a queue.
-- A key of at most 376 characters and a task's name of at most 128 are within the engine's 512. Everybody is shown the
-- key as it was given: howdah.jobs (queue_live_jobs.sql), and the history, which keeps it so (queue_record_finished.sql).
-- Parsed when it is made, as job_settings.sql has it.
create function howdah.engine_key(task text, key text) returns text
language sql immutable
return 'howdah:' || task || ':' || key;

-- howdah.is_engine_key(key, task): whether a job of that task has its key from howdah.engine_key; else it is the engine's
-- own, as add_job writes it.
create function howdah.is_engine_key(key text, task text) returns boolean
language sql immutable
return starts_with(key, howdah.engine_key(task, ''));

-- howdah.key_of(key, task): the key as it was given, of what stands in the engine's table.
create function howdah.key_of(key text, task text) returns text
language sql immutable
return case when howdah.is_engine_key(key, task) then substr(key, length(howdah.engine_key(task, '')) + 1) else key end;

-- howdah.adopt_key(schema_name, task, key): has a job of the task that has the key as the engine's own, from add_job or from
-- before keys belonged to tasks, have it as the task's, and tells whether there was one. Waits for whoever holds that job's row.
-- Nothing happens when there is none, or when another job has the task's key.
create function howdah.adopt_key(schema_name text, task text, key text) returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id bigint;
begin
  execute format(
    'select j.id from %1$I._private_jobs j
     where j.key = $1 and j.task_id = (select t.id from %1$I._private_tasks t where t.identifier = $2)
       and not exists (select from %1$I._private_jobs o where o.key = $3)', schema_name)
  into v_id using key, task, howdah.engine_key(task, key);
  if v_id is null then
    return false;
  end if;
  begin
    execute format('update %I._private_jobs j set key = $3 where j.id = $1 and j.key = $2', schema_name)
    using v_id, key, howdah.engine_key(task, key);
    return true;
  exception when unique_violation then
    return false; -- somebody has just enqueued the task's key; that job is the one
  end;
end;
$$;
