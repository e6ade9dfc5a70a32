-- howdah.queue_schema(queue): the graphile-worker schema that holds a queue's jobs.
-- Raises HWQUE when the queue does not exist, with the existing names as a hint.
create function howdah.queue_schema(queue text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_schema text;
begin
  select r.schema_name into v_schema from howdah.queue_registry r where r.name = queue;
  if v_schema is null then
    raise exception 'unknown queue "%"', queue
      using errcode = 'HWQUE',
            hint = 'Queues here: ' || (select string_agg(r.name, ', ' order by r.name) from howdah.queue_registry r)
                   || '. A queue is created by naming it in QUEUES.';
  end if;
  return v_schema;
end;
$$;
