-- howdah.job_retention(flags): how long a job's history is kept by its own settings; null when they do not say.
-- At most 100 years, so that no end of a job can fail for a date beyond what Postgres knows. Parsed when it is made, as
-- job_settings.sql has it: it becomes a part of the statement that ends jobs.
create function howdah.job_retention(flags jsonb) returns interval
language sql immutable
return case when jsonb_typeof(flags #> '{howdah,retention_ms}') = 'number'
  then make_interval(secs => greatest(0, least((flags #>> '{howdah,retention_ms}')::double precision / 1000, 3155760000)))
end;
