-- howdah.dead_runners(): runners whose jobs should be given back now, each with the reason (howdah.runners.retired_as, and
-- in words).
--
-- A process has one session that shows its life (show_life.sql), which the server ends the moment the process dies, and
-- renews a heartbeat every second. Gone: that session is no more and the heartbeat missed two beats. Cut off: the
-- session may still be there, its client out of reach, but no heartbeat came for 10 s. A process stops its own work
-- after 8 s without one, so what is cut off here has already let go there. Of a runner of a version before, which has
-- no such session, the heartbeat alone tells. None in a copy of the database that nobody has decided about
-- (installation.sql): its runners are the original's.
--
-- A session can also die without its process, and without either being told. So before each heartbeat a process asks that
-- session whether it is there, and says so with the heartbeat (life_shown). That the session is no more is a sign of death
-- only for a runner that had it at its latest heartbeat; another one has its 10 s.
--
-- A heartbeat of the future is of before the clock was set back, as by a failover to a server whose clock is behind. Those that live
-- beat within a second; the others would be waited for until that instant has come.
--
-- A worker over HTTP has neither: its lease says until when it lives, and each of its calls moves that (enter_lease.sql).
create function howdah.dead_runners() returns table (token uuid, queue text, because text, retired_as text)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select r.token, r.queue,
         case when r.retired_at is not null then r.retired_because
              when r.kind = 'lease' then 'its lease ran out'
              when b.is_silent then 'no heartbeat for 10 s'
              else 'its process is gone' end,
         case when r.retired_at is not null then coalesce(r.retired_as, howdah.reason_in_words(r.retired_because))
              when r.kind = 'lease' then 'expired'
              when b.is_silent then 'cut_off'
              else 'gone' end
  from howdah.runners r
  cross join lateral (
    select r.heartbeat_at not between clock_timestamp() - interval '10 seconds' and clock_timestamp() + interval '1 minute' as is_silent
  ) b
  where r.released_at is null and (select howdah.installation_problem()) is null
    and (r.retired_at is not null
         or case when r.kind = 'lease' then r.expires_at < clock_timestamp() else b.is_silent end
         or (r.heartbeat_at < clock_timestamp() - interval '2 seconds' and r.life_shown
             and r.secret_hash is not null and not howdah.shows_life(r.token)))
$$;
