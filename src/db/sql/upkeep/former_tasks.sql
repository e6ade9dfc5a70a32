-- howdah.former_tasks(): tasks of the catalogue that earlier versions of Howdah brought along, before workers did upkeep by
-- themselves. Only in the definitions they came with: an application may have a task of the same name.
create function howdah.former_tasks() returns table (task text)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select t.name
  from howdah.tasks t
  join (values ('prune_finished_jobs', 'f3128fae8758'), ('prune_audit_log', 'a2602a17f331')) f (task, version) on f.task = t.name
  where coalesce(t.version, f.version) = f.version
    and not exists (select from howdah.task_versions v where v.task = f.task and v.version <> f.version)
$$;

-- howdah.drop_former_tasks(max_rows): cancels waiting jobs of former tasks, at most so many of each in a queue, and takes those
-- out of the catalogue that have no live job left; returns how many jobs. Leaves a task alone that a worker had within the last minute:
-- while a deployment rolls, older workers enqueue and run it. Waits for no lock of a job.
create function howdah.drop_former_tasks(max_rows integer default 1000) returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_task text;
  v_schema text;
  v_ids bigint[];
  v_is_live boolean;
  v_count integer := 0;
begin
  for v_task in
    select f.task from howdah.former_tasks() f
    where not exists (select from howdah.runners r
                      where r.heartbeat_at > clock_timestamp() - interval '1 minute'
                        and (f.task = any (r.tasks) or r.task_versions ? f.task))
  loop
    v_is_live := false;
    for v_schema in select r.schema_name from howdah.queue_registry r order by r.name loop
      execute format('select array(select j.id from %1$I._private_jobs j join %1$I._private_tasks t on t.id = j.task_id
                                   where t.identifier = $1 and j.locked_at is null order by j.id limit $2
                                   for update of j skip locked)', v_schema)
        into v_ids using v_task, max_rows;
      v_count := v_count + howdah.end_waiting_jobs(
        v_schema, v_ids, 'cancelled', 'This version of Howdah does by itself what the task was for.');
      execute format('select exists (select from %1$I._private_jobs j join %1$I._private_tasks t on t.id = j.task_id
                                     where t.identifier = $1)', v_schema)
        into v_is_live using v_task;
      exit when v_is_live;
    end loop;
    if not v_is_live then
      delete from howdah.task_versions v where v.task = v_task;
      delete from howdah.tasks t where t.name = v_task;
    end if;
  end loop;
  return v_count;
end;
$$;
