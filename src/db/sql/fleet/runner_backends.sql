-- howdah.runner_backends(token): the server's processes that work for a runner, in this database: those recorded with it
-- (enter_session.sql), and handlers' that complete a job in a transaction of their own (is_handler), by their name. Those of
-- a worker of a version before and of the stock command line are not recorded: of them too the name is all there is.
--
-- A name is anybody's to choose, so it does no more than have its bearer looked at: what counts is whether it changes the
-- queue's jobs (fence_holders.sql), which outsiders and those who only read cannot. may_end: whether this role may end it,
-- and it is beyond doubt: the recorded session itself, by its start, and still under its name, as a pooler in session mode
-- gives it to others when its client has left; or, where there is only a name, one of a role whose rights this role has.
-- since: when its transaction began; null where this role may not know.
create function howdah.runner_backends(token uuid)
returns table (pid integer, role text, is_handler boolean, may_end boolean, since timestamptz, idle_since timestamptz)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select a.pid, pg_get_userbyid(a.usesysid)::text, a.application_name = 'howdah run:' || runner_backends.token,
         case when s.pid is null then pg_has_role(a.usesysid, 'usage')
              else a.backend_start = s.backend_start and starts_with(a.application_name, 'howdah:' || runner_backends.token)
                   and (pg_has_role(a.usesysid, 'usage') or pg_has_role('pg_signal_backend', 'usage')) end is true,
         a.xact_start, case when a.state = 'idle in transaction' then a.state_change end
  from pg_stat_get_activity(null) a -- the view pg_stat_activity without its joins, which take most of the time to plan
  left join howdah.runner_sessions s
    on s.token = runner_backends.token and s.purpose = 'jobs' and s.pid = a.pid
    and coalesce(a.backend_start = s.backend_start, true)
  where a.datid = (select d.oid from pg_database d where d.datname = current_database()) and a.pid <> pg_backend_pid()
    and (s.pid is not null
         or a.application_name = 'howdah run:' || runner_backends.token
         or a.application_name = 'howdah:' || runner_backends.token
            and exists (select from howdah.runners r where r.token = runner_backends.token
                                                       and (r.secret_hash is null or r.kind = 'graphile-worker')))
$$;
