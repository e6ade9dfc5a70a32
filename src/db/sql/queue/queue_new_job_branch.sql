-- The branch of howdah.new_job for one queue.
  if of_queue = :'queue' then
    return query
:live_jobs
    where j.id = of_id;
    return;
  end if;
