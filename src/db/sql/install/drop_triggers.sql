-- Drops the triggers of the queues' tables, and the functions they call, that the present transaction has not written. At the
-- end of an installation, and before it grants, which is writing too: what an earlier version installed and this one did
-- not. Before the engine's own migrations, in whose way triggers would stand: all there are. Locks a job table against
-- everything where there is something to drop.
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
    where t.tgname like E'howdah\\_%' and not t.tgisinternal and t.xmin <> pg_current_xact_id()::xid
  loop
    execute format('drop trigger %I on %s', v_trigger.tgname, v_trigger.relation);
  end loop;

  select string_agg(p.oid::regprocedure::text, ', ') into v_names
  from pg_proc p
  where p.pronamespace = 'howdah'::regnamespace and p.prorettype = 'trigger'::regtype
    and p.xmin <> pg_current_xact_id()::xid;
  if v_names is not null then
    execute 'drop function ' || v_names;
  end if;
end;
$$;
