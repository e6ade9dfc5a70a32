-- howdah.is_reading(source, reader): whether that process reads the source: it has not left, and it lives. As of a worker
-- (dead_runners.sql), two signs tell: its heartbeats, one a second, of which the last is not older than 10 s, and from the third
-- second without one on the session that sent it, which the server ends the moment the process dies.
--
-- Volatile, so that whoever asks behind a row lock hears what was committed meanwhile.
create function howdah.is_reading(source text, reader uuid) returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (
    select from howdah.source_readers r
    where r.source = is_reading.source and r.reader = is_reading.reader and r.left_at is null
      and r.heartbeat_at > clock_timestamp() - interval '10 seconds'
      and (r.heartbeat_at > clock_timestamp() - interval '3 seconds'
           or exists (select from pg_stat_get_activity(r.backend_pid) a
                      where coalesce(a.backend_start = r.backend_start, true))));
end;
$$;
