-- howdah.shut_tasks(runner): the tasks of which the runner begins no run, as what they need is not there: a broker that is down
-- (howdah.runners.gates). Empty for none. Those that it is just trying are not among them, though the rest of their jobs waits.
--
-- True of the runner at every instant until its next heartbeat: a process whose broker is back begins runs only when a
-- heartbeat that says so was answered (src/work/runner/gates.ts). The converse is not: what is shut may not be in here yet.
create function howdah.shut_tasks(runner howdah.runners) returns text[]
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select array(select task from jsonb_array_elements(runner.gates) gate
               cross join lateral jsonb_array_elements_text(gate -> 'tasks') task
               where not coalesce(gate -> 'trying', '[]') ? task)
$$;
