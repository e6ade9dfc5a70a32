-- howdah.lease_state(lease): what a worker over HTTP is told of its lease: {"id", "worker", "queue", "max_jobs", "lease_ms",
-- "expires_at": in UTC, "is_paused": whether its queue is}.
create function howdah.lease_state(lease howdah.runners) returns json
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select json_build_object(
    'id', lease.token, 'worker', lease.host, 'queue', lease.queue, 'max_jobs', lease.concurrency, 'lease_ms', lease.lease_ms,
    'expires_at', howdah.iso_instant(lease.expires_at),
    'is_paused', exists (select from howdah.queue_settings s where s.queue = lease.queue and s.paused_at is not null))
$$;
