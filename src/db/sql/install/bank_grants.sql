-- howdah.bank_grants(): what the bank's part of API and workers does with its own tables, as worker_grants.sql has it.
create function howdah.bank_grants() returns table (privilege text, kind text, object text)
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select 'usage', 'schema', 'public'
  union all
  select p, 'table', t.name
  from (values ('public.users', 'select, insert, update'),
               ('public.verifications', 'select, insert, update, delete'),
               ('public.verification_resends', 'select, insert, update, delete')) t (name, privileges)
  cross join unnest(string_to_array(t.privileges, ', ')) p
  union all -- for howdah.lagging_sequences('{public.users}')
  select 'select', 'sequence', 'public.users_id_seq'
$$;
