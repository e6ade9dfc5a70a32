-- howdah.close_queue(schema_name): from now on nothing is written to the job table of a removed queue, whoever writes and however
-- old its snapshot is. Locks the table against writers until the transaction ends; who reads goes on.
--
-- The table itself, and its schema, stay. howdah.jobs and all other views and functions over all queues name it: to drop it would
-- take a lock against everybody who reads one of those, which a dump gives after hours, and services of an earlier version
-- that run beside this one would read what is gone.
create function howdah.close_queue(schema_name text) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  execute format('create or replace trigger howdah_removed before insert on %I._private_jobs
                  for each statement execute function howdah.refuse_removed()', schema_name);
end;
$$;

-- BEFORE INSERT statement trigger of the job table of a removed queue alone. Raises HWQUE, as queue_schema() does.
create function howdah.refuse_removed() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_queue constant text := (select r.name from howdah.queue_registry r where r.schema_name = tg_table_schema);
begin
  raise exception 'unknown queue "%"', v_queue using errcode = 'HWQUE', hint = howdah.queue_hint(v_queue);
end;
$$;

-- howdah.restore_queue(queue): makes a queue again that was removed; returns whether it was. It begins without what was set on it.
--
-- Called by whoever uses the queue from then on: a start, or a migration, that has it in QUEUES or a task at home there; a worker that
-- registers for it, of whatever version; and whoever announces a task or a schedule with it. An enqueue does not.
-- With the rights of the owner, whose the table is: a worker has none to its triggers.
-- Locks its row, and its job table against writers. For the trigger to be dropped nobody might read; so it is replaced by one that never
-- fires, as in drop_triggers.sql, which drops that one.
create function howdah.restore_queue(queue text) returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_schema text;
begin
  select r.schema_name into v_schema
  from howdah.queue_registry r where r.name = restore_queue.queue and r.removed_at is not null for update;
  if v_schema is null then
    return false;
  end if;
  execute format('create or replace trigger howdah_removed after truncate on %I._private_jobs
                  for each statement when (false) execute function pg_catalog.suppress_redundant_updates_trigger()', v_schema);
  update howdah.queue_registry r set removed_at = null where r.name = restore_queue.queue;
  return true;
end;
$$;

-- howdah.hold_queue(queue): keeps the queue from being removed until the transaction ends; waits for one who is removing it. Stands in
-- nobody else's way.
create function howdah.hold_queue(queue text) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  perform from howdah.queue_registry r where r.name = queue for key share;
end;
$$;
