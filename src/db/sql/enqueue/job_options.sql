-- howdah.job_options: one job as its enqueuer describes it: what howdah.enqueue_job takes one by one and
-- howdah.enqueue_jobs as JSON. Null is the default. Fields are in the order of howdah.enqueue's arguments.
--
-- Made anew with the functions that use it, in one transaction: if it were changed by a migration before them, enqueues
-- would fail until the functions follow.
drop type if exists howdah.job_options;

create type howdah.job_options as (
  task text,
  payload json,
  queue text,
  run_at timestamptz,
  delay interval,
  max_retries integer,
  priority integer,
  timeout interval,
  deadline timestamptz,
  retention interval,
  key text,
  key_mode text,
  unique_key text,
  unique_for interval,
  sequence text,
  headers jsonb,
  debounce interval,
  max_wait interval,
  succeeds bigint,
  allow_unknown boolean
);

comment on type howdah.job_options is
  'A job to enqueue: task, payload and options; null is the default. Fields of the objects that howdah.enqueue_jobs takes.';

-- howdah.has_options(job): whether a job has any option that could be wrong; most have none beside their queue.
create function howdah.has_options(job howdah.job_options) returns boolean
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return num_nonnulls(job.run_at, job.delay, job.priority, job.timeout, job.deadline, job.retention, job.key, job.key_mode,
                      job.unique_key, job.unique_for, job.sequence, job.headers, job.debounce, job.max_wait, job.succeeds) > 0
         or job.max_retries not between 0 and 32766;
end;
$$;
