-- The branch of howdah.enqueue_job for one queue: a plain job, as queue_write_branch.sql writes it, which has the first job of a task
-- that this queue's engine has not heard of.
      if job_queue = :'queue' then
        insert into :"schema"._private_jobs as j (task_id, payload, max_attempts)
        select t.id, coalesce(enqueue_job.payload, '{}'), coalesce(job_max_retries + 1, 25)
        from :"schema"._private_tasks t where t.identifier = enqueue_job.task
        returning j.id, j.run_at, j.max_attempts - 1 into job_id, job_run_at, job_max_retries;
        if found then
          v_is_told := pg_notify('jobs:insert', json_build_object('r', random(), 'count', 1, 'queue', job_queue)::text) is not null;
          is_duplicate := false;
          return;
        end if;
      end if;
