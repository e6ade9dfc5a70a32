-- howdah.heartbeat(runners): renews the heartbeats of one process's runners and tells each what it must know.
-- runners: [{"token": …, "running": [job ids at work]}, …]. A runner missing from the answer is unknown or retired.
create function howdah.heartbeat(runners jsonb)
returns table (token uuid, is_paused boolean)
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  update howdah.runners r
  set heartbeat_at = clock_timestamp(), running = beat.running
  from jsonb_to_recordset(runners) as beat (token uuid, running bigint[])
  where r.token = beat.token and r.retired_at is null
  returning r.token, exists (select from howdah.queue_settings s where s.queue = r.queue and s.paused_at is not null)
$$;
