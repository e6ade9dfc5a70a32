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
    (not howdah.is_duration(job.delay), 'delay', '0 to 100 years', job.delay::text),
    (job.max_retries not between 0 and 32766, 'max_retries', '0 to 32766', job.max_retries::text),
    (job.priority not between -32768 and 32767, 'priority', '-32768 to 32767', job.priority::text),
    (job.timeout not between '0' and '2147483.647 seconds', 'timeout', '0 (none) to 2147483647 ms', job.timeout::text),
    (not howdah.is_instant(job.deadline), 'deadline', 'an instant of the years 1 to 9999', job.deadline::text),
    (not howdah.is_duration(job.retention), 'retention', '0 (not kept) to 100 years', job.retention::text),
    (length(job.key) not between 1 and 376, 'key', '1 to 376 characters', length(job.key)::text),
    (job.key_mode not in ('replace', 'preserve_run_at', 'ignore'), 'key_mode', 'replace, preserve_run_at or ignore',
     job.key_mode),
    (job.key is null and job.key_mode is not null, 'key_mode', 'a key beside it', 'none'),
    (job.key is not null and job.unique_key is not null, 'unique_key', 'nothing beside key', job.unique_key),
    (job.key is not null and job.unique_for is not null, 'unique_for', 'nothing beside key', job.unique_for::text),
    (job.debounce <= '0' or not howdah.is_duration(job.debounce), 'debounce', 'more than 0, up to 100 years', job.debounce::text),
    (job.debounce is not null and job.key is null, 'debounce', 'a key beside it', 'none'),
    (job.debounce is not null and job.delay is not null, 'delay', 'nothing beside debounce', job.delay::text),
    (job.debounce is not null and job.run_at is not null, 'run_at', 'nothing beside debounce', job.run_at::text),
    (job.debounce is not null and job.key_mode <> 'replace', 'key_mode', 'replace beside debounce', job.key_mode),
    (job.max_wait is not null and job.debounce is null, 'max_wait', 'debounce beside it', 'none'),
    (job.max_wait < job.debounce or not howdah.is_duration(job.max_wait), 'max_wait', 'at least debounce, up to 100 years',
     job.max_wait::text),
    (job.succeeds < 1, 'succeeds', 'the id of a job', job.succeeds::text),
    (job.succeeds is not null and num_nonnulls(job.unique_key, job.unique_for) = 0, 'succeeds',
     'unique_key or unique_for beside it', 'none'),
    (length(job.unique_key) not between 1 and 1024, 'unique_key', '1 to 1024 characters', length(job.unique_key)::text),
    (job.unique_for <= '0' or not howdah.is_duration(job.unique_for), 'unique_for', 'more than 0, up to 100 years',
     job.unique_for::text),
    (length(job.sequence) not between 1 and 200, 'sequence', '1 to 200 characters', length(job.sequence)::text),
    (jsonb_typeof(job.headers) <> 'object', 'headers', 'an object of strings', jsonb_typeof(job.headers)),
    (job.headers ? '__proto__', 'headers', 'no header "__proto__"', 'one'),
    (job.headers @? 'strict $.* ? (@.type() != "string")', 'headers', 'an object of strings', 'other values in it'),
    (exists (select from jsonb_each_text(case jsonb_typeof(job.headers) when 'object' then job.headers end) h
             where length(h.key) not between 1 and 256 or length(h.value) > 8192),
     'headers', 'names of 1 to 256 and texts of at most 8192 characters', 'others'),
    (octet_length(job.headers::text) > 1048576, 'headers', 'at most 1 MiB of them', octet_length(job.headers::text) || ' bytes')
  ) as mistake (is_made, field, expected, received)
  where is_made
$$;
