-- howdah.known_source(name): a source's row of the register; one that was forgotten (forget_source.sql) is unknown.
-- Raises HWSRC when there is none, with the known names as a hint, the nearest first.
create function howdah.known_source(name text) returns howdah.source_registry
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_source howdah.source_registry;
begin
  select s.* into v_source from howdah.source_registry s where s.name = known_source.name and s.forgotten_at is null;
  if not found then
    raise exception 'unknown source %', coalesce('"' || known_source.name || '"', 'null')
      using errcode = 'HWSRC',
            hint = howdah.name_hint(known_source.name, array(select s.name from howdah.source_registry s where s.forgotten_at is null), 'Sources')
                   || ' A source is there from when the first worker with it in SOURCES begins.';
  end if;
  return v_source;
end;
$$;
