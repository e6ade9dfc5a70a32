-- howdah.write_job(job, wanted, settings): one row in the job table of the job's queue, as the engine's add_job writes it, for a
-- job without a key; returns what is stored. Queue and options are checked; what is null is the engine's default.
--
-- add_job itself costs five times as much: it looks after keys and lanes, which this job has not, by an update that calls the
-- gate, and is made for many jobs at once. A branch a queue, whose statements name its tables, so each is planned once a session.
create function howdah.write_job(
  job howdah.job_options, wanted timestamptz, settings jsonb,
  out id bigint, out run_at timestamptz, out max_attempts integer
)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_flags constant jsonb := case when settings is not null then jsonb_build_object('howdah', settings) end;
  -- Wakes the workers, as announce_jobs() does, of this queue alone. An expression takes a fifth of the time that PERFORM does.
  v_is_told constant boolean := pg_notify('jobs:insert', json_build_object('r', random(), 'count', 1, 'queue', job.queue)::text) is not null;
begin
:branches
end;
$$;
