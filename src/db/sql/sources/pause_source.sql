-- howdah.pause_source(source, paused_by): from its commit on no batch of messages of the source is begun, in any worker; returns whether
-- that is new. One that is being written at that moment still becomes jobs, within milliseconds, or the 30 s that a worker gives it where
-- it waits for a lock: to wait for those here would let a pause that is not committed hold up every worker. Workers stop reading within a second; messages wait at the broker, and jobs that they have become run as ever. It
-- holds until somebody resumes it, restarts included. Who did it is kept in paused_by (acting_as.sql). Raises HWSRC.
create function howdah.pause_source(source text, paused_by text default session_user) returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_is_new boolean;
begin
  perform howdah.known_source(source);
  update howdah.source_registry s
  set paused_at = clock_timestamp(), paused_by = howdah.acting_as(pause_source.paused_by)
  where s.name = pause_source.source and s.paused_at is null;
  v_is_new := found;
  perform howdah.record_change('sources.pause', '{}', jsonb_build_object('source', source, 'by', paused_by, 'is_new', v_is_new));
  return v_is_new;
end;
$$;

comment on function howdah.pause_source is
  'No message of the source becomes a job until it is resumed. paused_by is shown in howdah.sources, the role that logged in unless told. Returns whether it was not paused before.';

-- howdah.resume_source(source): its messages become jobs again, within a second; returns whether it was paused. Raises HWSRC.
create function howdah.resume_source(source text) returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_is_new boolean;
begin
  perform howdah.known_source(source);
  update howdah.source_registry s set paused_at = null, paused_by = null
  where s.name = resume_source.source and s.paused_at is not null;
  v_is_new := found;
  perform howdah.record_change('sources.resume', '{}', jsonb_build_object('source', source, 'is_new', v_is_new));
  return v_is_new;
end;
$$;

comment on function howdah.resume_source is 'Messages of the source become jobs again. Returns whether it was paused.';

-- howdah.pause_sources(paused_by): pauses every source that was ever read; returns how many were not paused before. One that a worker
-- reads for the first time afterwards is not.
create function howdah.pause_sources(paused_by text default session_user) returns integer
language sql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
  select count(*)::integer from howdah.source_registry s where s.forgotten_at is null and howdah.pause_source(s.name, pause_sources.paused_by)
$$;

comment on function howdah.pause_sources is 'Pauses every source. Returns how many were not paused before.';

-- howdah.resume_sources(): resumes every source; returns how many were paused.
create function howdah.resume_sources() returns integer
language sql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
  select count(*)::integer from howdah.source_registry s where s.forgotten_at is null and howdah.resume_source(s.name)
$$;

comment on function howdah.resume_sources is 'Resumes every source. Returns how many were paused.';
