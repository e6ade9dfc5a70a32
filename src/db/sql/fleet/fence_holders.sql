-- howdah.backends_at_jobs(runner): the runner's server processes (runner_backends.sql), and of each whether it is a holder: whether it
-- has a statement on the queue's jobs under way or in an open transaction.
--
-- Every role may read who holds which lock on a table. Whoever changes jobs holds ROW EXCLUSIVE, or more, on theirs from
-- before the statement's first trigger to the end of its transaction. The two weaker modes are those of reading and of locking
-- rows, which stay in nobody's way: a viewer's open transaction is not a statement of the runner's.
create function howdah.backends_at_jobs(runner howdah.runners)
returns table (
  pid integer, role text, is_handler boolean, may_end boolean, since timestamptz, idle_since timestamptz, is_holder boolean
)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select b.*, b.pid = any (array(
    select l.pid from pg_locks l
    where l.locktype = 'relation' and l.granted and l.mode not in ('AccessShareLock', 'RowShareLock')
      and l.database = (select d.oid from pg_database d where d.datname = current_database())
      and l.relation = format('%I._private_jobs', howdah.queue_schema(runner.queue))::regclass and l.pid is not null))
  from howdah.runner_backends(runner.token) b
$$;

-- howdah.fence_holders(runner): the holders among them; no row when there are none.
create function howdah.fence_holders(runner howdah.runners)
returns table (pid integer, role text, is_handler boolean, may_end boolean, since timestamptz, idle_since timestamptz)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select b.pid, b.role, b.is_handler, b.may_end, b.since, b.idle_since from howdah.backends_at_jobs(runner) b where b.is_holder
$$;

-- howdah.describe_holders(runner): the same in words, for people; null when there are none.
create function howdah.describe_holders(runner howdah.runners) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select string_agg(concat('process ', h.pid, ' of role ', h.role, case when h.is_handler then ' (a handler''s transaction)' end,
                           ', open for ' || round(extract(epoch from clock_timestamp() - h.since)) || ' s'), '; ' order by h.pid)
  from howdah.fence_holders(runner) h
$$;

-- howdah.end_backend(pid, wait_ms): ends a server process and waits so long for its end; returns whether it could. It is
-- no error that this role may not: nothing depends on it but time.
create function howdah.end_backend(pid integer, wait_ms bigint) returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  return pg_terminate_backend(pid, wait_ms);
exception when insufficient_privilege then
  return false;
end;
$$;
