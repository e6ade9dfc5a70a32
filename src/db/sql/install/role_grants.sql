-- howdah.role_grants(): what each of the roles for clients may do: the list of what is public. Installed last, as it grants.
--
-- Every function of the schema that is not here is internal: nobody but the owner may call it. Those that are here run
-- with the owner's rights (security definer), so that their callers need none on tables.
create function howdah.role_grants() returns table (role text, privilege text, object text)
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  with readers (role) as (values ('howdah_viewer'), ('howdah_operator'))
  select 'howdah_producer', 'execute', f
  from unnest(array['enqueue', 'enqueue_job', 'enqueue_jobs']) f
  union all
  select r.role, 'select', v
  from readers r, unnest(array['jobs', 'queues', 'workers', 'task_routes', 'schedules', 'upkeep', 'job_errors', 'tasks', 'task_versions', 'audit_log',
                               'applications', 'canaries', 'task_charts', 'queue_charts', 'sources', 'source_positions']) v
  union all
  select r.role, 'execute', f
  from readers r, unnest(array['find_jobs', 'explain_job', 'queue_stats', 'next_cron_run', 'next_cron_runs', 'failure_groups', 'normalised_error',
                               'canary_outcomes', 'redacted_fields', 'chart', 'duration_histogram', 'duration_quantile', 'explain_queues', 'explain_source',
                               'brokers']) f
  union all
  select 'howdah_operator', 'execute', f
  from unnest(array['cancel_job', 'discard_job', 'retry_job', 'run_job_now', 'reschedule_job', 'cancel_jobs', 'discard_jobs',
                    'retry_jobs', 'run_jobs_now', 'reschedule_jobs', 'act_on_jobs', 'start_canary', 'pause_queue', 'pause_all', 'resume_queue', 'resume_all', 'remove_queue',
                    'set_fleet_concurrency', 'vacuum_holders', 'release_task', 'forget_application', 'rename_application',
                    'pause_source', 'pause_sources', 'resume_source', 'resume_sources', 'accept_source', 'forget_source']) f
  union all
  select 'howdah_operator', 'select (payload, result, flags)', 'job_history'
$$;

-- howdah.grant_roles(): grants what is listed to those of the roles that exist, and takes every function from everybody
-- else but howdah_worker (worker_grants.sql). For the owner, after one of the roles was made by hand. Returns how many of
-- the four roles there are.
create function howdah.grant_roles() returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_grant record;
  v_count integer := 0;
begin
  revoke all on all functions in schema howdah from public;
  for v_grant in select distinct g.role from howdah.role_grants() g join pg_roles r on r.rolname = g.role loop
    execute format('grant usage on schema howdah to %I', v_grant.role);
    v_count := v_count + 1;
  end loop;
  for v_grant in
    select g.role, g.privilege, coalesce('function ' || p.oid::regprocedure, format('howdah.%I', g.object)) as object
    from howdah.role_grants() g
    join pg_roles r on r.rolname = g.role
    left join pg_proc p on g.privilege = 'execute' and p.pronamespace = 'howdah'::regnamespace and p.proname = g.object
  loop
    execute format('grant %s on %s to %I', v_grant.privilege, v_grant.object, v_grant.role);
  end loop;
  if exists (select from pg_roles r where r.rolname = 'howdah_worker') then
    perform howdah.grant_worker();
    v_count := v_count + 1;
  end if;
  return v_count;
end;
$$;

-- howdah.missing_grants(): what keeps Howdah's roles from working, each with the statement that mends it, to be run by
-- whom; no row when all is well. For howdah doctor.
create function howdah.missing_grants() returns table (role text, problem text, remedy text)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  with missing (role, privilege, object) as (
    select g.role, g.privilege, g.object
    from howdah.role_grants() g
    left join pg_roles r on r.rolname = g.role
    left join pg_proc p on g.privilege = 'execute' and p.pronamespace = 'howdah'::regnamespace and p.proname = g.object
    where not coalesce(
      has_schema_privilege(r.oid, 'howdah'::regnamespace, 'usage') and case
        when g.privilege = 'execute' then has_function_privilege(r.oid, p.oid, 'execute')
        when g.privilege = 'select' then has_table_privilege(r.oid, to_regclass(format('howdah.%I', g.object)), 'select')
        else has_column_privilege(r.oid, 'howdah.job_history'::regclass, 'payload', 'select')
             and has_column_privilege(r.oid, 'howdah.job_history'::regclass, 'result', 'select')
             and has_column_privilege(r.oid, 'howdah.job_history'::regclass, 'flags', 'select') end, false)
    union all
    select 'howdah_worker', g.privilege, case when g.kind = 'policy' then 'the rows of ' else '' end || g.object
    from howdah.missing_worker_grants('howdah_worker') g
  )
  select g.role, case when r.rolname is null then 'The role does not exist in this cluster.'
                      else format('It lacks %s on %s.', max(g.privilege), string_agg(g.object, ', ' order by g.object)) end,
         concat(case when r.rolname is null then format('As a role with CREATEROLE: create role %I; then as ', g.role)
                     else 'As ' end,
                (select pg_get_userbyid(n.nspowner) from pg_namespace n where n.nspname = 'howdah'),
                ': select howdah.grant_roles();')
  from missing g
  left join pg_roles r on r.rolname = g.role
  group by g.role, r.rolname, case when r.rolname is not null then g.privilege end
  order by g.role
$$;

select howdah.grant_roles();
