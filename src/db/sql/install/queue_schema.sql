-- howdah.queue_schema(queue): the graphile-worker schema that holds a queue's jobs.
-- Raises HWQUE when the queue does not exist, with the existing names as a hint, the nearest first.
create function howdah.queue_schema(queue text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_schema text;
begin
  select r.schema_name into v_schema from howdah.queue_registry r where r.name = queue and r.removed_at is null;
  if v_schema is null then
    raise exception 'unknown queue %', coalesce('"' || queue || '"', 'null')
      using errcode = 'HWQUE', hint = howdah.queue_hint(queue);
  end if;
  return v_schema;
end;
$$;

-- howdah.check_queue(queue): raises HWQUE for a queue that never was. One that was removed has a history.
create function howdah.check_queue(queue text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from howdah.queue_registry r where r.name = check_queue.queue) then
    perform howdah.queue_schema(queue);
  end if;
end;
$$;

-- howdah.queue_hint(queue): what to tell whoever named a queue that does not exist.
create function howdah.queue_hint(queue text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select howdah.name_hint(queue, array(select r.name from howdah.queue_registry r where r.removed_at is null), 'Queues')
         || ' A queue is made by a start, or by npx howdah migrate, that names it in QUEUES.'
$$;
