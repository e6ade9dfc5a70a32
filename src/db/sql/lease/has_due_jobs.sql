-- howdah.has_due_jobs(queue): whether a queue hands out a job now, of whatever task; false for a paused one, and for one that does
-- not exist. Reads a row of the index a priority, of 200 priorities at most, the most urgent first, whatever the number of jobs.
create function howdah.has_due_jobs(queue text) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
set enable_bitmapscan = off -- reads all it matches, where a scan of the index stops at the first; likewise a sort
set enable_sort = off
as $$
declare
  v_schema constant text := (select r.schema_name from howdah.queue_registry r where r.name = has_due_jobs.queue);
  v_is_due boolean;
begin
  if v_schema is null or exists (select from howdah.queue_settings s where s.queue = has_due_jobs.queue and s.paused_at is not null) then
    return false;
  end if;
  execute format(
    'with recursive known as (
       (select j.priority from %1$I._private_jobs j where j.is_available order by j.priority limit 1)
       union all
       select (select j.priority from %1$I._private_jobs j
               where j.is_available and j.priority > k.priority order by j.priority limit 1)
       from known k where k.priority is not null
     )
     select exists (
       select from (select k.priority from known k where k.priority is not null limit 200) p
       where exists (select from %1$I._private_jobs j where j.is_available and j.priority = p.priority and j.run_at <= now()))',
    v_schema)
  into v_is_due;
  return v_is_due;
end;
$$;
