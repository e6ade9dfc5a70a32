-- What is here is called for each job of a batch. A body that is parsed when it is made becomes a part of the statement that calls
-- it, whatever that one's search_path, where to set one for each call takes 3 µs.

-- howdah.iso_instant(at): an instant as ISO 8601 in UTC with microseconds, whatever the session's settings.
create function howdah.iso_instant(at timestamptz) returns text
language sql stable
return to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');

-- howdah.is_instant(at): whether it can be written so, and read back by everybody: within the years 1 to 9999.
create function howdah.is_instant(at timestamptz) returns boolean
language sql immutable
return at >= '0001-01-01 00:00:00Z' and at < '10000-01-01 00:00:00Z';

-- howdah.is_duration(value): whether it is 0 to 100 years, of 365 days each; null for null. Compared as a number of seconds, as
-- to compare intervals takes a year for 360 days; of a year epoch counts a quarter of a day more.
create function howdah.is_duration(value interval) returns boolean
language sql immutable
return extract(epoch from value) - 21600 * extract(year from value) between 0 and 3153600000;

-- howdah.job_settings(job): the options the engine has no column for, as they stand in the job's row under flags.howdah;
-- null when there are none. Milliseconds are whole and rounded up, so that no limit becomes 0 = none.
create function howdah.job_settings(job howdah.job_options) returns jsonb
language sql stable
return case when num_nonnulls(job.timeout, job.deadline, job.retention, job.headers, job.sequence) > 0 then
  jsonb_strip_nulls(jsonb_build_object(
    'timeout_ms', ceil(extract(epoch from job.timeout) * 1000)::bigint,
    'deadline', howdah.iso_instant(job.deadline),
    'retention_ms', ceil(extract(epoch from job.retention) * 1000)::bigint,
    'headers', job.headers,
    'sequence', job.sequence))
end;
