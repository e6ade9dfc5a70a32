-- howdah.write_job_<queue>(task, payload, run_at, max_attempts, priority, settings): one row in a queue's job table, as the
-- engine's add_job writes it, for a job without a key; returns what is stored. Null is the engine's default.
--
-- add_job itself costs five times as much: it looks after keys and lanes, which this job has not, by an update that calls the
-- gate, and is made for many jobs at once. Its statements are planned once a session here, as they name the queue's tables.
create function howdah.:"write_job"(
  task text, payload json, wanted timestamptz, attempts integer, urgency integer, settings jsonb
) returns table (id bigint, run_at timestamptz, max_attempts integer)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_task_id integer := (select t.id from :"schema"._private_tasks t where t.identifier = task);
begin
  if v_task_id is null then
    insert into :"schema"._private_tasks (identifier) values (task) on conflict do nothing;
    v_task_id := (select t.id from :"schema"._private_tasks t where t.identifier = task);
  end if;
  perform howdah.announce_jobs(1);
  return query
  insert into :"schema"._private_jobs as j (task_id, payload, run_at, max_attempts, priority, flags)
  values (v_task_id, coalesce(payload, '{}'), coalesce(wanted, now()), coalesce(attempts, 25), coalesce(urgency, 0),
          case when settings is not null then jsonb_build_object('howdah', settings) end)
  returning j.id, j.run_at, j.max_attempts::integer;
end;
$$;
