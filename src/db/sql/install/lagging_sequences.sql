-- howdah.lagging_sequences(): the sequences behind Howdah's tables that would hand out ids which are taken, as after a
-- restore or a logical replication that left sequences behind. Of the schema howdah and every queue's, and those of columns of
-- tables that howdah_worker reads by howdah.application_grants. None is the rule.
-- taken: the greatest id there is. last_value: the latest the sequence gave out.
--
-- The tables are read before their sequence, so that an id given out in between cannot look taken. By index; locks nothing.
create function howdah.lagging_sequences() returns table (sequence text, taken bigint, last_value bigint)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_query text;
begin
  for sequence, v_query in
    select 'howdah.job_id_seq',
           string_agg(format('select max(id) as id from %s', t.name), ' union all ')
    from (select format('%I._private_jobs', r.schema_name) from howdah.queue_registry r
          union all select 'howdah.job_history') t (name)
    union all
    select d.objid::regclass::text, format('select max(%I) as id from %s', a.attname, d.refobjid::regclass)
    from pg_depend d
    join pg_class s on s.oid = d.objid and s.relkind = 'S'
    join pg_class t on t.oid = d.refobjid
    join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
    where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i')
      and (t.relnamespace = 'howdah'::regnamespace or t.oid in (select to_regclass(g.object) from howdah.application_grants g
                         where g.kind = 'table' and g.privilege = 'select')
           or t.relnamespace in (select n.oid from pg_namespace n join howdah.queue_registry r on r.schema_name = n.nspname))
  loop
    execute format('select max(t.id) from (%s) t', v_query) into taken;
    execute format('select case when s.is_called then s.last_value else s.last_value - 1 end from %s s', sequence) into last_value;
    if taken > last_value then
      return next;
    end if;
  end loop;
end;
$$;

-- howdah.advance_sequences(): moves those sequences past what is taken; returns them as they were. For the owner.
--
-- Any alter sequence locks out nextval until the transaction ends, so nothing is given out between the look and the
-- move, and with many callers nobody moves one back. Waits for open transactions that drew from the sequence.
create function howdah.advance_sequences() returns table (sequence text, taken bigint, last_value bigint)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_name text;
begin
  for v_name in select l.sequence from howdah.lagging_sequences() l order by l.sequence loop
    execute format('alter sequence %s increment by 1', v_name);
  end loop;
  for sequence, taken, last_value in select l.* from howdah.lagging_sequences() l order by l.sequence loop
    perform setval(sequence::regclass, taken);
    return next;
  end loop;
end;
$$;
