-- Drops the views of schema howdah, then its functions but for those of triggers, which are replaced in place together
-- with the triggers: dropping a trigger would lock a job table even against who reads it, such as pg_dump, replacing it
-- only against who writes. One statement drops all views, another all functions, so their order among themselves does
-- not matter. Objects of other schemas that were built on a Howdah view make this fail with their names, rather than
-- vanish.
do $$
declare
  v_names text;
begin
  select string_agg(c.oid::regclass::text, ', ') into v_names
  from pg_class c where c.relnamespace = 'howdah'::regnamespace and c.relkind = 'v';
  if v_names is not null then
    execute 'drop view ' || v_names;
  end if;

  select string_agg(p.oid::regprocedure::text, ', ') into v_names
  from pg_proc p where p.pronamespace = 'howdah'::regnamespace and p.prorettype <> 'trigger'::regtype;
  if v_names is not null then
    execute 'drop function ' || v_names;
  end if;
end;
$$;
