-- howdah.queue_stats(): one row per queue for monitoring, at a cost that does not grow with the number of jobs: what
-- /metrics and lists of queues read. added_total and ended_total are the server's own counters of the job table, hence true of whoever
-- enqueued and ran, at no cost; they count what was rolled back too, and begin anew after a crash of the server. Depth
-- above some thousands is an estimate (queue_depth.sql); howdah.queues counts exactly and slowly.
create function howdah.queue_stats() returns table (
  queue text, available bigint, scheduled bigint, retryable bigint, running bigint, is_estimate boolean,
  oldest_wait_seconds double precision, concurrency bigint, fleet_concurrency integer, workers bigint,
  is_paused boolean, dead_tuples bigint, table_bytes bigint, added_total bigint, ended_total bigint,
  schema_name text, paused_at timestamptz, paused_by text, blocked_workers bigint, abandoned bigint
)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  select q.queue, q.available, q.scheduled, q.retryable, q.running, q.is_estimate,
         q.oldest_wait_seconds, fleet.concurrency, s.fleet_concurrency, fleet.workers,
         s.paused_at is not null, q.dead_tuples, q.table_bytes, q.added_total, q.ended_total,
         q.schema_name, s.paused_at, s.paused_by, fleet.blocked_workers, fleet.abandoned
  from (
:queue_stats_rows
  ) q
  join howdah.queue_registry known on known.name = q.queue and known.removed_at is null
  left join howdah.queue_settings s on s.queue = q.queue
  cross join lateral (
    select count(*) filter (where alive.yes) as workers,
           coalesce(sum(r.concurrency) filter (where alive.yes), 0) as concurrency,
           count(*) filter (where alive.yes and r.blocked_since is not null) as blocked_workers,
           coalesce(sum(cardinality(r.abandoned)) filter (where r.heartbeat_at > clock_timestamp() - interval '10 seconds'), 0) as abandoned
    from howdah.runners r
    cross join lateral (
      select r.retired_at is null and coalesce(r.expires_at, r.heartbeat_at + interval '10 seconds') > clock_timestamp() as yes
    ) alive
    where r.queue = q.queue and r.released_at is null
  ) fleet
$$;

comment on function howdah.queue_stats() is
  'One row per queue for monitoring, in milliseconds at any size: depth by state (an estimate where is_estimate), seconds the oldest available job has waited, jobs running at the latest heartbeats, workers that live (a heartbeat in the last 10 s, or a lease that has not run out) and their concurrency, the fleet''s limit, dead tuples and bytes of the job table, jobs added and ended since the server''s statistics began, its schema, since when and by whom it is paused, workers whose event loop is blocked, and handlers still at work though their run is over or should be.';
