-- howdah.dead_runners(): runners whose jobs should be given back now, each with the reason.
--
-- A process holds a session-level advisory lock for each of its runners, which the server drops the moment the process
-- dies, and renews a heartbeat every second. Gone: the lock is free and the heartbeat missed two beats. Cut off: the
-- lock may still be held, by a session whose client is out of reach, but no heartbeat came for 10 s. A process stops
-- its own work after 8 s without one, so what is cut off here has already let go there.
create function howdah.dead_runners() returns table (token uuid, queue text, because text)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select r.token, r.queue,
         case when r.retired_at is not null then r.retired_because
              when r.heartbeat_at < clock_timestamp() - interval '10 seconds' then 'no heartbeat for 10 s'
              else 'its process is gone' end
  from howdah.runners r
  where r.released_at is null
    and (r.retired_at is not null
         or r.heartbeat_at < clock_timestamp() - interval '10 seconds'
         or (r.heartbeat_at < clock_timestamp() - interval '2 seconds'
             and not exists (select from pg_locks l
                             where l.locktype = 'advisory' and l.classid = howdah.runner_lock_class()::oid
                               and l.objid = (howdah.runner_lock_key(r.token)::bigint & 4294967295)::oid
                               and l.objsubid = 2 and l.granted)))
$$;
