-- howdah.is_a_header_too_long(headers): whether a name or a value of them is longer than may be, or a name is empty; few are as long,
-- so they are only looked at where all of them together are.
create function howdah.is_a_header_too_long(headers jsonb) returns boolean
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return jsonb_typeof(headers) = 'object' and (headers ? '' or octet_length(headers::text) > 256)
         and exists (select from jsonb_each_text(headers) h where length(h.key) not between 1 and 256 or length(h.value) > 8192);
end;
$$;

-- howdah.job_option_mistakes(job): what is wrong with the options of a job to enqueue, each as "option: expected …,
-- received …"; null when nothing is. Whether task and queue exist is not looked at.
--
-- Called for each job that has options, so its body is parsed when it is made and becomes a part of the statement that calls it,
-- and what a mistake says is only put together where there is one: 4 µs a job in place of 60.
create function howdah.job_option_mistakes(job howdah.job_options) returns text[]
language sql stable
return nullif(array_remove(array[
  case when job.run_at is not null and job.delay is not null
       then 'run_at: expected nothing beside delay, received ' || job.run_at end,
  case when not howdah.is_instant(job.run_at)
       then 'run_at: expected an instant of the years 1 to 9999, received ' || job.run_at end,
  case when not howdah.is_duration(job.delay)
       then 'delay: expected 0 to 100 years, received ' || job.delay end,
  case when job.max_retries not between 0 and 32766
       then 'max_retries: expected 0 to 32766, received ' || job.max_retries end,
  case when job.priority not between -32768 and 32767
       then 'priority: expected -32768 to 32767, received ' || job.priority end,
  case when job.timeout not between '0' and '2147483.647 seconds'
       then 'timeout: expected 0 (none) to 2147483647 ms, received ' || job.timeout end,
  case when not howdah.is_instant(job.deadline)
       then 'deadline: expected an instant of the years 1 to 9999, received ' || job.deadline end,
  case when not howdah.is_duration(job.retention)
       then 'retention: expected 0 (not kept) to 100 years, received ' || job.retention end,
  case when length(job.key) not between 1 and 376
       then 'key: expected 1 to 376 characters, received ' || length(job.key) end,
  case when job.key_mode not in ('replace', 'preserve_run_at', 'ignore')
       then 'key_mode: expected replace, preserve_run_at or ignore, received ' || job.key_mode end,
  case when job.key is null and job.key_mode is not null
       then 'key_mode: expected a key beside it, received none' end,
  case when job.key is not null and job.unique_key is not null
       then 'unique_key: expected nothing beside key, received ' || job.unique_key end,
  case when job.key is not null and job.unique_for is not null
       then 'unique_for: expected nothing beside key, received ' || job.unique_for end,
  case when job.debounce <= '0' or not howdah.is_duration(job.debounce)
       then 'debounce: expected more than 0, up to 100 years, received ' || job.debounce end,
  case when job.debounce is not null and job.key is null
       then 'debounce: expected a key beside it, received none' end,
  case when job.debounce is not null and job.delay is not null
       then 'delay: expected nothing beside debounce, received ' || job.delay end,
  case when job.debounce is not null and job.run_at is not null
       then 'run_at: expected nothing beside debounce, received ' || job.run_at end,
  case when job.debounce is not null and job.key_mode <> 'replace'
       then 'key_mode: expected replace beside debounce, received ' || job.key_mode end,
  case when job.max_wait is not null and job.debounce is null
       then 'max_wait: expected debounce beside it, received none' end,
  case when job.max_wait < job.debounce or not howdah.is_duration(job.max_wait)
       then 'max_wait: expected at least debounce, up to 100 years, received ' || job.max_wait end,
  case when job.succeeds < 1
       then 'succeeds: expected the id of a job, received ' || job.succeeds end,
  case when job.succeeds is not null and num_nonnulls(job.unique_key, job.unique_for) = 0
       then 'succeeds: expected unique_key or unique_for beside it, received none' end,
  case when length(job.unique_key) not between 1 and 1024
       then 'unique_key: expected 1 to 1024 characters, received ' || length(job.unique_key) end,
  case when job.unique_for <= '0' or not howdah.is_duration(job.unique_for)
       then 'unique_for: expected more than 0, up to 100 years, received ' || job.unique_for end,
  case when length(job.sequence) not between 1 and 200
       then 'sequence: expected 1 to 200 characters, received ' || length(job.sequence) end,
  case when jsonb_typeof(job.headers) <> 'object'
       then 'headers: expected an object of strings, received ' || jsonb_typeof(job.headers) end,
  case when job.headers ? '__proto__'
       then 'headers: expected no header "__proto__", received one' end,
  case when job.headers @? 'strict $.* ? (@.type() != "string")'
       then 'headers: expected an object of strings, received other values in it' end,
  case when howdah.is_a_header_too_long(job.headers)
       then 'headers: expected names of 1 to 256 and texts of at most 8192 characters, received others' end,
  case when octet_length(job.headers::text) > 1048576
       then 'headers: expected at most 1 MiB of them, received ' || octet_length(job.headers::text) || ' bytes' end
], null), '{}');
