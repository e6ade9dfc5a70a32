-- howdah.job_retention(flags): how long a job's history is kept by its own settings; null when they do not say.
-- At most 100 years, so that no end of a job can fail for a date beyond what Postgres knows.
create function howdah.job_retention(flags jsonb) returns interval
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select make_interval(secs => greatest(0, least((flags #>> '{howdah,retention_ms}')::double precision / 1000, 3155760000)))
  where jsonb_typeof(flags #> '{howdah,retention_ms}') = 'number'
$$;
