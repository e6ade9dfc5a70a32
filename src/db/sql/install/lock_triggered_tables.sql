-- Locks the queues' tables that have triggers against everything, for the engine's own migrations, which need that and need
-- the triggers gone: before drop_triggers.sql, which then drops them all.
do $$
declare
  v_table regclass;
begin
  for v_table in
    select distinct t.tgrelid::regclass
    from pg_trigger t
    join pg_class c on c.oid = t.tgrelid
    join howdah.queue_registry r on r.schema_name = c.relnamespace::regnamespace::text
    where t.tgname like E'howdah\\_%' and not t.tgisinternal
  loop
    execute format('lock table %s in access exclusive mode', v_table);
  end loop;
end;
$$;
