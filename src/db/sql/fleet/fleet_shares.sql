-- howdah.fleet_shares(queue): how many runs at once each process of a queue with a fleet concurrency should have.
--
-- Places are dealt one at a time in turn, oldest process first, to those whose own concurrency is not yet reached, until
-- the fleet concurrency is used up. So shares differ by one at most, but for processes that want less, and with fewer
-- places than processes the youngest get none. By process, not by runner: a process replaces its runners, and that must
-- not move anybody's share. Runners that leave count for nothing. No row for a queue without a limit.
create function howdah.fleet_shares(queue text) returns table (process text, share integer)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select dealt.process, count(*) filter (where dealt.turn <= dealt.fleet_concurrency)::integer
  from (select known.process, s.fleet_concurrency, row_number() over (order by place, known.process) as turn
        from howdah.queue_settings s
        cross join lateral (
          select r.process, max(r.concurrency) as concurrency
          from howdah.runners r
          where r.queue = s.queue and r.retired_at is null and r.released_at is null and not r.is_leaving
          group by r.process) known
        cross join lateral generate_series(1, least(known.concurrency, s.fleet_concurrency)) place
        where s.queue = fleet_shares.queue) dealt
  group by dealt.process
$$;
