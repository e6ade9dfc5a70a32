-- howdah.newest_jobs(max_jobs, before_id, after_id): ids of the newest jobs below before_id and above after_id, whatever they are,
-- the newest first: what find_jobs_statement.sql finds for an empty filter. That is what a list of jobs begins with, so it is
-- planned once a session: from primary keys, whatever the numbers are.
create function howdah.newest_jobs(max_jobs integer, before_id bigint, after_id bigint) returns setof bigint
language plpgsql stable rows 100
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
begin
  return query
  select j.id from (
:newest_jobs
    union all
    (select h.id from howdah.job_history h
     where h.id < coalesce(before_id, 9223372036854775807) and h.id > coalesce(after_id, 0) order by h.id desc limit max_jobs)
  ) j order by j.id desc limit max_jobs;
end;
$$;
