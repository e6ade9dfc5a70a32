-- howdah.write_job(job, wanted, settings): one row through the engine's add_job, for a job without a key; returns what is stored.
create function howdah.write_job(job howdah.job_options, wanted timestamptz, settings jsonb)
returns table (id bigint, run_at timestamptz, max_attempts integer)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  return query execute format(
    'select j.id, j.run_at, j.max_attempts::integer
     from %I.add_job($1, payload => $2, run_at => $3, max_attempts => $4, priority => $5, flags => $6) j',
    howdah.queue_schema(job.queue))
  using job.task, coalesce(job.payload, '{}'), wanted, job.max_retries + 1, job.priority,
        case when settings is not null then array['howdah:' || settings::text] end;
end;
$$;
