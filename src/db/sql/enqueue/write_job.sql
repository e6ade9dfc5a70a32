-- howdah.write_job(job, wanted, settings): one row in the table of the job's queue, for a job without a key; returns what is
-- stored. Queue and options are checked. A branch a queue, each of which is planned once a session.
create function howdah.write_job(job howdah.job_options, wanted timestamptz, settings jsonb)
returns table (id bigint, run_at timestamptz, max_attempts integer)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
:branches
end;
$$;
