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
      using errcode = 'HWTSK', hint = howdah.task_hint(known_task.name);
  end if;
  return v_task;
end;
$$;

-- howdah.task_hint(name): what to tell whoever named a task that is not in the catalogue.
create function howdah.task_hint(name text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select howdah.name_hint(task_hint.name, array(select t.name from howdah.tasks t), 'Tasks')
         || ' A task is announced by the first process that starts with it.'
$$;
