-- howdah.known_task(name): a task's row of the catalogue. Raises HWTSK when there is none, with the known names as hint.
create function howdah.known_task(name text) returns howdah.tasks
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_task howdah.tasks;
begin
  select t.* into v_task from howdah.tasks t where t.name = known_task.name;
  if not found then
    raise exception 'unknown task "%"', known_task.name
      using errcode = 'HWTSK',
            hint = 'Tasks here: ' || coalesce((select string_agg(t.name, ', ' order by t.name) from howdah.tasks t), 'none')
                   || '. A task is announced by the first process that starts with it.';
  end if;
  return v_task;
end;
$$;
