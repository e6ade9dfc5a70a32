-- The branch of howdah.write_job for one queue.
  if job.queue = :'queue' then
    return query select w.* from howdah.:"write_job"(job.task, job.payload, wanted, job.max_retries + 1, job.priority, settings) w;
    return;
  end if;
