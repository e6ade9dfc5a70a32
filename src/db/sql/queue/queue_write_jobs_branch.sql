-- The branch of howdah.write_jobs for one queue. Its engine hears of a task with the first job of it; until then nothing is written.
  if of_queue = :'queue' then
    for v_try in 1..2 loop
      return query
      with asked as materialized (
        select nextval('howdah.job_id_seq') as id, o.*
        from (
          select coalesce(indexes[j.rank], j.rank::integer - 1) as index, e.id as task_id, coalesce(j.payload, '{}') as payload,
                 coalesce(j.run_at, clock_timestamp() + j.delay, now()) as run_at,
                 coalesce(j.max_retries, t.max_retries, 25) + 1 as max_attempts, coalesce(j.priority, 0) as priority,
                 case when num_nonnulls(j.timeout, j.deadline, j.retention) = 0 -- as job_settings.sql has it, without the call
                      then case when j.headers is not null
                                then jsonb_build_object('howdah', jsonb_build_object('headers', jsonb_strip_nulls(j.headers))) end
                      else jsonb_build_object('howdah', howdah.job_settings(row(
                        j.task, null, null, null, null, null, null, j.timeout, j.deadline, j.retention, null, null, null, null, null,
                        j.headers, null, null, null, null)::howdah.job_options))
                 end as flags
          from unnest(jobs) with ordinality j (:job_columns, rank)
          left join :"schema"._private_tasks e on e.identifier = j.task
          left join howdah.tasks t on t.name = j.task
          order by j.rank
        ) o
      ), written as (
        insert into :"schema"._private_jobs (id, task_id, payload, run_at, max_attempts, priority, flags)
        select a.id, a.task_id, a.payload, a.run_at, a.max_attempts, a.priority, a.flags
        from asked a where not exists (select from asked a where a.task_id is null)
        order by a.id
      )
      select a.index, a.id, of_queue, a.run_at, a.max_attempts - 1
      from asked a where not exists (select from asked a where a.task_id is null);
      exit when found;
      insert into :"schema"._private_tasks (identifier) select distinct j.task from unnest(jobs) j on conflict do nothing;
    end loop;
    return;
  end if;
