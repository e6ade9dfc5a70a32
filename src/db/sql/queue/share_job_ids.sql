-- Replaces the identity of one queue's job table by the sequence of all queues, once. The sequence first moves past every
-- id the table ever gave out, so that an adopted schema's jobs keep their ids and no id is given twice. Locks the table
-- against everything where there is something to do, until the transaction ends. Nothing happens the second time.
do $$
begin
  perform from pg_attribute a
  where a.attrelid = :'job_table'::regclass and a.attname = 'id' and a.attidentity <> '';
  if not found then
    return;
  end if;
  lock table :"schema"._private_jobs in access exclusive mode;
  perform setval('howdah.job_id_seq', greatest(s.last_value + s.is_called::integer,
                                               nextval(pg_get_serial_sequence(:'job_table', 'id'))), false)
  from howdah.job_id_seq s;
  alter table :"schema"._private_jobs alter column id drop identity;
  alter table :"schema"._private_jobs alter column id set default nextval('howdah.job_id_seq');
end;
$$;

insert into howdah.queue_registry (name, schema_name) values (:'queue', :'schema') on conflict do nothing;
