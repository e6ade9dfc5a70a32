-- howdah.failure_groups(max_jobs, max_groups): jobs that are discarded, or failed and have not ended, grouped by task and normalised
-- error (normalised_error.sql), the largest group first. Looks at the newest max_jobs of them, 1 to 100000, and is_capped says when
-- there may be more; of the groups it returns at most max_groups, 1 to 10000. So it takes a bounded time however many jobs failed:
-- half a second for 10000 jobs each with an error of its own. Reads only; no row when nothing failed. Raises HWOPT.
--
-- When a job failed is told by its latest failed run, and for a discarded one by its end. trend counts by that over the last hour,
-- in twelve stretches of five minutes, the oldest first.
create function howdah.failure_groups(max_jobs integer default 10000, max_groups integer default 100)
returns table (
  failure text, task text, error text, queues text[], jobs integer, discarded integer, retrying integer,
  first_seen_at timestamptz, last_seen_at timestamptz, trend integer[], newest_ids bigint[], is_capped boolean
)
language plpgsql stable security definer rows 100
set search_path = pg_catalog, pg_temp
as $$
begin
  if max_jobs is null or max_jobs not between 1 and 100000 then
    raise exception 'max_jobs: expected 1 to 100000, received %', coalesce(max_jobs::text, 'null')
      using errcode = 'HWOPT', hint = 'The newest jobs are looked at.';
  end if;
  if max_groups is null or max_groups not between 1 and 10000 then
    raise exception 'max_groups: expected 1 to 10000, received %', coalesce(max_groups::text, 'null')
      using errcode = 'HWOPT', hint = 'The largest groups are returned.';
  end if;
  return query
  with failed as materialized (
    select f.id, f.queue, f.task, coalesce(f.last_error, '') as error, f.finished_at is not null as is_discarded,
           coalesce(f.finished_at, (select max(e.failed_at) from howdah.job_errors e where e.job_id = f.id), f.updated_at) as failed_at
    from howdah.failed_jobs(max_jobs) f
  ), errors as materialized ( -- many jobs have the very same
    select d.error, howdah.normalised_error(d.error) as normalised from (select distinct f.error from failed f offset 0) d
  ), aged as (
    select f.*, e.normalised, floor(extract(epoch from now() - f.failed_at) / 300) as age from failed f join errors e using (error)
  )
  select howdah.failure_hash(a.task, a.normalised), a.task, nullif(a.normalised, ''),
         array_agg(distinct a.queue order by a.queue), count(*)::integer,
         (count(*) filter (where a.is_discarded))::integer, (count(*) filter (where not a.is_discarded))::integer,
         min(a.failed_at), max(a.failed_at),
         array[count(*) filter (where a.age = 11), count(*) filter (where a.age = 10), count(*) filter (where a.age = 9),
               count(*) filter (where a.age = 8), count(*) filter (where a.age = 7), count(*) filter (where a.age = 6),
               count(*) filter (where a.age = 5), count(*) filter (where a.age = 4), count(*) filter (where a.age = 3),
               count(*) filter (where a.age = 2), count(*) filter (where a.age = 1), count(*) filter (where a.age <= 0)]::integer[],
         (array_agg(a.id order by a.id desc))[1:3], (select count(*) from failed) >= max_jobs
  from aged a
  group by a.task, a.normalised
  order by count(*) desc, max(a.failed_at) desc, a.task, a.normalised
  limit max_groups;
end;
$$;

comment on function howdah.failure_groups is
  'Jobs that are discarded, or failed and have not ended, grouped by task and normalised error, the largest group first: of the newest max_jobs (1 to 100000; is_capped says when there may be more), at most max_groups (1 to 10000).';
