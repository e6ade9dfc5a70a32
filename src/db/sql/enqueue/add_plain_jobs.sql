-- howdah.add_plain_jobs(queue, task, max_retries, indexes, jobs): writes jobs of one queue and task in one call of the
-- engine's add_jobs, and returns each with its index.
--
-- add_jobs does not promise to return rows in the order it was given, so what it stored is matched with what was asked
-- by content; jobs with the same content are interchangeable.
create function howdah.add_plain_jobs(
  queue text, task text, max_retries integer, indexes integer[], jobs howdah.job_options[]
) returns table (job_index integer, job_id bigint, job_queue text, job_run_at timestamptz, job_max_retries integer)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  return query execute format($sql$
    with asked as materialized (
      select $4[b.rank] as index, coalesce(j.payload, '{}') as payload,
             coalesce(j.run_at, clock_timestamp() + j.delay, now()) as run_at,
             coalesce(j.max_retries, $3) + 1 as max_attempts, coalesce(j.priority, 0) as priority,
             howdah.job_settings(b.job) as settings
      from (select job, row_number() over () as rank from unnest($5) job) b, lateral (select (b.job).*) j
    ), added as materialized (
      select a.id, a.run_at, a.max_attempts, md5(concat_ws(' ', a.payload, a.run_at, a.max_attempts, a.priority, a.flags)) as content
      from %1$I.add_jobs((
        select array_agg((%2$L, q.payload, null, q.run_at, q.max_attempts, null, q.priority,
                          case when q.settings is not null then array['howdah:' || q.settings::text] end)::%1$I.job_spec
                         order by q.index)
        from asked q)) a
    )
    select q.index, a.id, $1, a.run_at, a.max_attempts - 1
    from (select q.index, q.content, row_number() over (partition by q.content order by q.index) as nth
          from (select q.index, md5(concat_ws(' ', q.payload, q.run_at, q.max_attempts, q.priority,
                                              case when q.settings is not null then jsonb_build_object('howdah', q.settings) end)) as content
                from asked q) q) q
    join (select a.*, row_number() over (partition by a.content order by a.id) as nth from added a) a
      using (content, nth)
  $sql$, howdah.queue_schema(queue), task) using queue, task, max_retries, indexes, jobs;
end;
$$;
