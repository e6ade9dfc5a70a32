-- howdah.show_life(token): from its commit on, the existence of this very session shows that the runner's process lives:
-- the server ends it the moment the process dies. May come before the runner is registered. Always true.
--
-- Not an advisory lock: anybody who may connect can see those and take them, before their owner or after it.
create function howdah.show_life(token uuid) returns boolean
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  delete from howdah.runner_sessions s where s.token = show_life.token and s.purpose = 'life' and s.pid <> pg_backend_pid();
  select howdah.record_session(token, 'life');
  select true
$$;

-- howdah.hide_life(token): this process has no such runner any more.
create function howdah.hide_life(token uuid) returns void
language sql volatile
set search_path = pg_catalog, pg_temp
as $$ delete from howdah.runner_sessions s where s.token = hide_life.token and s.purpose = 'life' $$;

-- howdah.shows_life(token): whether that session is still there. The server tells every role that a process exists, but its
-- start only to those that may know it; where it does not, a later session under the same number would count, which
-- the silence of the heartbeat ends after 10 s (dead_runners.sql).
create function howdah.shows_life(token uuid) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select exists (
    select from howdah.runner_sessions s
    cross join lateral pg_stat_get_activity(s.pid) a
    where s.token = shows_life.token and s.purpose = 'life' and coalesce(a.backend_start = s.backend_start, true))
$$;
