-- howdah.failed_jobs(max_jobs): the newest max_jobs of the jobs that are discarded, or failed and have not ended. A discarded job
-- may be without an error. Each table gives at most max_jobs rows, by index in order of id. Reads only.
create function howdah.failed_jobs(max_jobs integer)
returns table (id bigint, queue text, task text, last_error text, finished_at timestamptz, updated_at timestamptz)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select f.* from (
:failed_jobs
union all
(select h.id, h.queue, h.task, h.last_error, h.finished_at, h.finished_at
 from howdah.job_history h where h.state = 'discarded' order by h.id desc limit max_jobs)
  ) f order by f.id desc limit max_jobs
$$;
