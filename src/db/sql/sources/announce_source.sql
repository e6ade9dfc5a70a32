-- howdah.announce_source(name, task, application): a worker is about to read the source. Its task is from now on what it says.
-- Raises HWTSK for an unknown task, and HWAPP where a worker of another application reads the source: each message is one job's.
create function howdah.announce_source(name text, task text, application text) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_other text;
begin
  perform howdah.known_task(task);
  select s.application into v_other
  from howdah.source_registry s
  where s.name = announce_source.name and s.application is distinct from announce_source.application
    and exists (select from howdah.source_readers r where r.source = s.name and howdah.is_reading(r.source, r.reader));
  if found then
    raise exception 'source "%" is read by application "%"', name, v_other
      using errcode = 'HWAPP', hint = 'Two applications share a database, not a source: stop its workers first, or read the messages there.';
  end if;
  insert into howdah.source_registry as s (name, task, application)
  values (announce_source.name, announce_source.task, announce_source.application)
  on conflict on constraint source_registry_pkey do update
  set task = excluded.task, application = excluded.application, announced_at = clock_timestamp(), forgotten_at = null;
end;
$$;
