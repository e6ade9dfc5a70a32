-- Drops every Howdah trigger on the queues' job tables, then every view and function of schema howdah. One statement
-- drops all views, another all functions, so their order among themselves does not matter. Objects of other schemas
-- that were built on a Howdah view make this fail with their names, rather than vanish.
do $$
declare
  v_trigger record;
  v_names text;
begin
  for v_trigger in
    select t.tgname, t.tgrelid::regclass as relation
    from pg_trigger t
    join pg_class c on c.oid = t.tgrelid
    join howdah.queue_registry r on r.schema_name = c.relnamespace::regnamespace::text
    where t.tgname like 'howdah\_%' and not t.tgisinternal
  loop
    execute format('drop trigger %I on %s', v_trigger.tgname, v_trigger.relation);
  end loop;

  select string_agg(c.oid::regclass::text, ', ') into v_names
  from pg_class c where c.relnamespace = 'howdah'::regnamespace and c.relkind = 'v';
  if v_names is not null then
    execute 'drop view ' || v_names;
  end if;

  select string_agg(p.oid::regprocedure::text, ', ') into v_names
  from pg_proc p where p.pronamespace = 'howdah'::regnamespace;
  if v_names is not null then
    execute 'drop function ' || v_names;
  end if;
end;
$$;
