-- howdah.job_option_mistakes(job): what is wrong with the options of a job to enqueue, each as "option: expected …,
-- received …"; null when nothing is. Whether task and queue exist is not looked at.
create function howdah.job_option_mistakes(job howdah.job_options) returns text[]
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select array_agg(format('%s: expected %s, received %s', field, expected, received))
  from (values
    (job.run_at is not null and job.delay is not null, 'run_at', 'nothing beside delay', job.run_at::text),
    (not howdah.is_instant(job.run_at), 'run_at', 'an instant of the years 1 to 9999', job.run_at::text),
    (job.delay not between '0' and '36500 days', 'delay', '0 to 100 years', job.delay::text),
    (job.max_retries not between 0 and 32766, 'max_retries', '0 to 32766', job.max_retries::text),
    (job.priority not between -32768 and 32767, 'priority', '-32768 to 32767', job.priority::text),
    (job.timeout not between '0' and '2147483.647 seconds', 'timeout', '0 (none) to 2147483647 ms', job.timeout::text),
    (not howdah.is_instant(job.deadline), 'deadline', 'an instant of the years 1 to 9999', job.deadline::text),
    (job.retention not between '0' and '36500 days', 'retention', '0 (not kept) to 100 years', job.retention::text),
    (length(job.key) not between 1 and 512, 'key', '1 to 512 characters', length(job.key)::text),
    (job.key_mode not in ('replace', 'preserve_run_at', 'ignore'), 'key_mode', 'replace, preserve_run_at or ignore',
     job.key_mode),
    (job.key is null and job.key_mode is not null, 'key_mode', 'a key beside it', 'none'),
    (job.key is not null and job.unique_key is not null, 'unique_key', 'nothing beside key', job.unique_key),
    (job.key is not null and job.unique_for is not null, 'unique_for', 'nothing beside key', job.unique_for::text),
    (job.key is not null and job.sequence is not null, 'sequence', 'nothing beside key', job.sequence),
    (length(job.unique_key) not between 1 and 1024, 'unique_key', '1 to 1024 characters', length(job.unique_key)::text),
    (job.unique_for <= '0' or job.unique_for > '36500 days', 'unique_for', 'more than 0, up to 100 years',
     job.unique_for::text),
    (length(job.sequence) not between 1 and 200, 'sequence', '1 to 200 characters', length(job.sequence)::text),
    (jsonb_typeof(job.headers) <> 'object', 'headers', 'an object of strings', jsonb_typeof(job.headers)),
    (job.headers @? 'strict $.* ? (@.type() != "string")', 'headers', 'an object of strings', 'other values in it')
  ) as mistake (is_made, field, expected, received)
  where is_made
$$;
