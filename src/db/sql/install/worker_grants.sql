-- howdah.worker_privileges(): what API and workers do in this database, and so what howdah_worker may: one row a privilege,
-- of which kind of object (schema, table, column of one, sequence, function, policy). Every queue's engine schema is among them.
--
-- What an application's code does with objects of its own is in howdah.application_grants.
--
-- Not a list of what is public: API and workers are one's own programs. What it leaves out is what only a migration
-- does. The engine's tables have row level security without a policy, which hides every row from all but their owner;
-- hence a policy each.
--
-- Functions and sequences, which are looked up in the catalogue, are told by their id: to put hundreds of names together, and to look each
-- up again, took half of what a start's check cost.
create function howdah.worker_privileges() returns table (privilege text, kind text, object text, id oid)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  with queues as (select quote_ident(r.schema_name) as schema from howdah.queue_registry r),
  engine as (
    select q.schema || '.' || t.name as name, t.privileges
    from queues q,
         (values ('_private_jobs', 'select, insert, update, delete'), ('_private_job_queues', 'select, insert, update, delete'),
                 ('_private_tasks', 'select, insert'), ('_private_known_crontabs', 'select, insert, update')) t (name, privileges)
  ),
  tables (name, privileges) as (
    select e.name, e.privileges from engine e
    union all select q.schema || '.migrations', 'select' from queues q
    union all values
      ('howdah_migrations.__drizzle_migrations', 'select'),
      ('howdah.migrations', 'select'), ('howdah.application_grants', 'select'),
      ('howdah.installed_sql', 'select'), ('howdah.queue_registry', 'select'),
      ('howdah.jobs', 'select'), ('howdah.queues', 'select'), ('howdah.workers', 'select'), ('howdah.task_routes', 'select'), ('howdah.schedules', 'select'),
      ('howdah.upkeep', 'select'), ('howdah.upkeep_turns', 'select, insert, update, delete'),
      ('howdah.task_charts', 'select'), ('howdah.queue_charts', 'select'),
      ('howdah.chart_tasks', 'select, insert, update, delete'), ('howdah.chart_queues', 'select, insert, update, delete'),
      ('howdah.chart_progress', 'select, insert, update'), ('howdah.chart_unsettled', 'select, insert, update, delete'),
      ('howdah.installation', 'select, insert'),
      ('howdah.queue_settings', 'select, insert, update'),
      ('howdah.tasks', 'select, insert, update, delete'), ('howdah.task_versions', 'select, insert, update, delete'),
      ('howdah.audit_log', 'select, insert, delete'),
      ('howdah.job_errors', 'select, insert, delete'), ('howdah.job_history', 'select, insert, update, delete'),
      ('howdah.removal_progress', 'select, insert, update'), ('howdah.cron_entries', 'select, insert, update, delete'), ('howdah.crontab_versions', 'select, insert, update'),
      ('howdah.cron_faults', 'select, insert, update, delete'),
      ('howdah.applications', 'select'), ('howdah.application_registry', 'select, insert, update'),
      ('howdah.application_hosts', 'select, insert, update, delete'),
      ('howdah.canaries', 'select, insert, update, delete'), ('howdah.canary_jobs', 'select, insert, update, delete'),
      ('howdah.sources', 'select'), ('howdah.source_registry', 'select, insert, update'),
      ('howdah.source_readers', 'select, insert, update, delete'), ('howdah.source_positions', 'select, insert, update'),
      ('howdah.source_messages', 'select, insert, update, delete'),
      ('howdah.idempotency_keys', 'select, insert, update, delete'),
      ('howdah.job_outcomes', 'select, insert, update, delete'), ('howdah.job_reports', 'select, insert, update, delete'),
      ('howdah.job_starts', 'select, insert, update, delete'), ('howdah.unique_locks', 'select, insert, update, delete'),
      ('howdah.runners', 'select, insert, update, delete'), ('howdah.runner_sessions', 'select, insert, update, delete'),
      ('howdah.sequences', 'select, insert, update, delete'), ('howdah.sequence_jobs', 'select, insert, update, delete'),
      ('howdah.sequence_wakeups', 'select, insert, update, delete')
  )
  select 'usage', 'schema', s, null::oid from unnest(array['howdah', 'howdah_migrations'] || array(select q.schema from queues q)) s
  union all
  select p, 'table', t.name, null from tables t, unnest(string_to_array(t.privileges, ', ')) p
  union all -- what locking a row takes; the rows of these stay as they are
  values ('update (created_at)', 'column', 'howdah.queue_registry', null::oid), ('update (id)', 'column', 'howdah.audit_log', null)
  union all
  select 'all', 'policy', e.name, null from engine e
  union all
  values ('usage', 'sequence', 'howdah.job_id_seq', null::oid)
  union all -- for howdah.lagging_sequences()
  select 'select', 'sequence', null, c.oid
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'S' and (n.nspname = 'howdah' or quote_ident(n.nspname) in (select q.schema from queues q)
    or c.oid in (select d.objid from pg_depend d join howdah.application_grants g on d.refobjid = to_regclass(g.object)
                 where g.kind = 'table' and g.privilege = 'select' and d.classid = 'pg_class'::regclass
                   and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i')))
  union all
  select 'execute', 'function', null, p.oid
  from pg_proc p
  where p.pronamespace = 'howdah'::regnamespace and p.prorettype <> 'trigger'::regtype
    and p.proname not in ('grant_roles', 'advance_sequences', 'adopt_installation')
     or p.pronamespace in (select n.oid from pg_namespace n, queues q where quote_ident(n.nspname) = q.schema)
  union all
  select g.privilege, g.kind, g.object, null
  from howdah.application_grants g
  where case g.kind when 'schema' then to_regnamespace(g.object) is not null
                    when 'function' then to_regprocedure(g.object) is not null
                    else to_regclass(g.object) is not null end
$$;

-- howdah.grant_object(kind, object, id): the name of a grant's object, which is given or told by its id.
create function howdah.grant_object(kind text, object text, id oid) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(object, case kind when 'function' then id::regprocedure::text else id::regclass::text end)
$$;

-- howdah.worker_grants(): the same with each object's name.
create function howdah.worker_grants() returns table (privilege text, kind text, object text)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select g.privilege, g.kind, howdah.grant_object(g.kind, g.object, g.id) from howdah.worker_privileges() g
$$;

-- howdah.missing_worker_grants(grantee): those of them that a role lacks; of a policy, whether it is there for
-- howdah_worker and the role is a member, or is exempt from row level security. All of them for a role that does not exist.
create function howdah.missing_worker_grants(grantee text) returns table (privilege text, kind text, object text)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select g.privilege, g.kind, howdah.grant_object(g.kind, g.object, g.id)
  from howdah.worker_privileges() g
  left join pg_roles r on r.rolname = grantee
  where not coalesce(case g.kind
    when 'schema' then has_schema_privilege(r.oid, g.object, g.privilege)
    when 'table' then has_table_privilege(r.oid, to_regclass(g.object), g.privilege)
    when 'column' then has_any_column_privilege(r.oid, to_regclass(g.object), split_part(g.privilege, ' ', 1))
    when 'sequence' then has_sequence_privilege(r.oid, coalesce(g.id, to_regclass(g.object)), g.privilege)
    when 'function' then has_function_privilege(r.oid, coalesce(g.id, to_regprocedure(g.object)), g.privilege)
    when 'policy' then r.rolbypassrls or r.rolsuper
      or exists (select from pg_class c where c.oid = to_regclass(g.object) and pg_has_role(r.oid, c.relowner, 'usage'))
      or exists (select from pg_policy p join pg_roles w on w.oid = any (p.polroles)
                 where p.polrelid = to_regclass(g.object) and p.polname = 'howdah_worker' and pg_has_role(r.oid, w.oid, 'usage'))
  end, false)
$$;

-- howdah.grant_worker(): grants howdah_worker what it lacks. Locks an engine table against everything where a policy is to
-- be made; nothing where all is granted.
create function howdah.grant_worker() returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_grant record;
begin
  for v_grant in select g.* from howdah.missing_worker_grants('howdah_worker') g loop
    execute case
      when v_grant.kind = 'policy' then
        format('create policy howdah_worker on %s to howdah_worker using (true) with check (true)', v_grant.object)
      when v_grant.kind in ('table', 'column') then format('grant %s on %s to howdah_worker', v_grant.privilege, v_grant.object)
      else format('grant %s on %s %s to howdah_worker', v_grant.privilege, v_grant.kind, v_grant.object) end;
  end loop;
end;
$$;
