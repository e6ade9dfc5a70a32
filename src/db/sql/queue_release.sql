-- howdah.release_<queue>(runner): unlocks what a retired runner holds in one queue; returns how many jobs.
--
-- Who pays an attempt: only a job that is known to have been at work when its runner ended (named by the last
-- heartbeat, or recorded as started because an earlier runner had died with it). Prefetched jobs get theirs back.
--
-- Poison: each runner that ends with a job aboard is a death, noted in flags.howdah_deaths. From the first death on
-- workers record the job's start, so later deaths count only where it really ran. With the third the job is
-- discarded; from the second on it waits a little, at random, so that those who merely sat beside it run apart from it.
create function howdah.:"release"(runner howdah.runners) returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_max_deaths constant integer := 3;
  v_graceful boolean := runner.retired_because = 'stopped';
  v_job record;
  v_count integer := 0;
begin
  perform set_config('howdah.releasing', 'on', true);
  for v_job in
    select j.id, j.attempts, j.max_attempts, j.task_id,
           coalesce((j.flags ->> 'howdah_deaths')::integer, 0) as deaths,
           (j.id = any (runner.running) or s.job_id is not null) and not v_graceful as was_running
    from :"schema"._private_jobs j
    left join howdah.job_starts s on s.job_id = j.id and s.token = runner.token
    where j.locked_by = runner.pool_id
    for update of j
  loop
    v_count := v_count + 1;
    if v_job.was_running or (v_job.deaths = 0 and not v_graceful) then
      v_job.deaths := v_job.deaths + 1;
    end if;
    if v_job.was_running then
      insert into howdah.job_errors (job_id, attempt, queue, task, name, message, worker, decision, retry_at)
      select v_job.id, v_job.attempts, :'queue', t.identifier, 'WorkerLostError',
             format('its worker was lost during this run: %s', runner.retired_because), runner.pool_id,
             case when v_job.deaths >= v_max_deaths or v_job.attempts >= v_job.max_attempts then 'discard' else 'retry' end,
             null
      from :"schema"._private_tasks t where t.id = v_job.task_id;
    end if;
    update :"schema"._private_jobs j
    set locked_by = null, locked_at = null,
        attempts = case when v_job.deaths >= v_max_deaths then j.max_attempts
                        when v_job.was_running then j.attempts
                        else greatest(0, j.attempts - 1) end,
        last_error = case when v_job.deaths >= v_max_deaths
                          then format('poison: %s workers died while running this job', v_job.deaths)
                          when v_job.was_running then 'its worker was lost during this run: ' || runner.retired_because
                          else j.last_error end,
        run_at = case when v_job.deaths = 2 and v_job.was_running
                      then clock_timestamp() + make_interval(secs => 1 + 9 * random()) else j.run_at end,
        flags = case when v_job.deaths > 0
                     then coalesce(j.flags, '{}') || jsonb_build_object('howdah_deaths', v_job.deaths) else j.flags end
    where j.id = v_job.id;
  end loop;
  update :"schema"._private_job_queues q set locked_by = null, locked_at = null where q.locked_by = runner.pool_id;
  delete from howdah.job_starts s where s.token = runner.token;
  perform set_config('howdah.releasing', '', true);
  return v_count;
end;
$$;
