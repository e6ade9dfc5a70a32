-- Drops every Howdah trigger on the queues' job tables and then the functions they call. For the engine's own
-- migrations, in whose way they would stand; locks the tables against everything until the transaction ends.
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

  select string_agg(p.oid::regprocedure::text, ', ') into v_names
  from pg_proc p where p.pronamespace = 'howdah'::regnamespace and p.prorettype = 'trigger'::regtype;
  if v_names is not null then
    execute 'drop function ' || v_names;
  end if;
end;
$$;
