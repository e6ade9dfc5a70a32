-- howdah.forget_source(source): takes a source off the list that no worker reads any more, as it is not in SOURCES. What it counted, how far
-- each partition was read, the ids of messages and whether it is paused are kept: should a worker read it again, it is on the list
-- again and goes on where it was, so no message is taken twice or left out because somebody tidied up.
-- Raises HWSRC for an unknown source, HWSTA for one that a worker reads, or read or announced within the last hour.
--
-- Locks its row, as announce_source does. Of the two at once, whoever is second knows of the first: forget_source that it was
-- announced just now, and announce_source that it is to be on the list again. A reader that comes back after an hour of silence
-- announces nothing; its next heartbeat puts the source on the list.
create function howdah.forget_source(source text) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_heard_at timestamptz;
begin
  perform howdah.known_source(source);
  perform from howdah.source_registry s where s.name = forget_source.source for no key update;
  select greatest(s.announced_at, (select max(r.heartbeat_at) from howdah.source_readers r where r.source = s.name)) into v_heard_at
  from howdah.source_registry s where s.name = forget_source.source;
  if v_heard_at > clock_timestamp() - interval '1 hour' then
    raise exception 'source "%" was read by a worker at %', source, howdah.iso_instant(v_heard_at)
      using errcode = 'HWSTA', hint = 'Take it out of SOURCES and of the application; an hour after the last worker that had it, it can be forgotten.';
  end if;
  update howdah.source_registry s set forgotten_at = clock_timestamp() where s.name = forget_source.source;
  perform howdah.record_change('sources.forget', '{}', jsonb_build_object('source', source, 'last_read_at', howdah.iso_instant(v_heard_at)));
end;
$$;

comment on function howdah.forget_source is
  'Takes a source off the list that no worker has read for an hour. Its positions are kept: a worker that reads it again goes on where it was.';
