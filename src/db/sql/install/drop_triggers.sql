-- Takes away the triggers of the queues' tables, and the functions they call, that the present transaction has not written. At
-- the end of an installation, and before it grants, which is writing too: what an earlier version installed and this one did
-- not. Before the engine's own migrations, in whose way triggers would stand: all there are.
--
-- Dropping a trigger takes a lock against everything, which somebody who reads, such as pg_dump, may not give for hours, while
-- all enqueues wait behind the locks of the installation. So it is dropped where that lock is to be had at once. Else
-- it is replaced in place, for which the lock is enough that the installation has anyway, by one of its name that never
-- fires and calls nothing of Howdah's; the next installation drops that, or comes to the same.
do $$
declare
  v_table regclass;
  v_trigger record;
  v_is_ours boolean;
  v_names text;
begin
  for v_trigger in
    select t.tgname, t.tgrelid::regclass as relation
    from pg_trigger t
    join pg_class c on c.oid = t.tgrelid
    join howdah.queue_registry r on r.schema_name = c.relnamespace::regnamespace::text
    where t.tgname like E'howdah\\_%' and not t.tgisinternal and t.xmin <> pg_current_xact_id()::xid
    order by t.tgrelid
  loop
    if v_table is distinct from v_trigger.relation then
      v_table := v_trigger.relation;
      begin
        execute format('lock table %s in access exclusive mode nowait', v_table);
        v_is_ours := true;
      exception when lock_not_available then
        v_is_ours := false;
      end;
    end if;
    execute format(case when v_is_ours then 'drop trigger %I on %s'
      else 'create or replace trigger %I after truncate on %s for each statement when (false) '
           'execute function pg_catalog.suppress_redundant_updates_trigger()' end, v_trigger.tgname, v_table);
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
