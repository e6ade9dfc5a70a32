-- The branch of howdah.write_job for one queue. Its engine hears of a task with the first job of it.
  if job.queue = :'queue' then
    for v_try in 1..2 loop
      insert into :"schema"._private_jobs as j (task_id, payload, run_at, max_attempts, priority, flags)
      select t.id, coalesce(job.payload, '{}'), coalesce(wanted, now()), coalesce(job.max_retries + 1, 25),
             coalesce(job.priority, 0), v_flags
      from :"schema"._private_tasks t where t.identifier = job.task
      returning j.id, j.run_at, j.max_attempts into id, run_at, max_attempts;
      exit when found;
      insert into :"schema"._private_tasks (identifier) values (job.task) on conflict do nothing;
    end loop;
    return;
  end if;
