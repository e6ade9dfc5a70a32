-- howdah.release_runner(token): gives back every job a retired runner holds. One row: how many, and by_task as
-- queue_release.sql has it.
--
-- Must run in a transaction that began after the retirement was committed. Ends the runner's sessions first and waits
-- for them, so that no statement of its own is under way when its jobs change hands. Two callers take turns; the
-- second finds nothing left. Raises HWRET when the runner is not retired.
--
-- A job that somebody else's open transaction holds is left to the next call: an operator's, or that of a handler which
-- completes the job in it and may yet commit. Such a handler's is ended once it has been idle for 5 s, as its process
-- may be out of reach. Both null when that is all there was to do.
create function howdah.release_runner(token uuid, out jobs integer, out by_task jsonb)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_runner howdah.runners;
  v_is_rest boolean;
begin
  select r.* into v_runner from howdah.runners r where r.token = release_runner.token for update;
  if not found or v_runner.released_at is not null then
    jobs := 0;
    return;
  end if;
  if v_runner.retired_at is null then
    raise exception 'runner % is not retired', token using errcode = 'HWRET';
  end if;

  perform pg_terminate_backend(a.pid, 2000)
  from pg_stat_activity a
  where a.pid <> pg_backend_pid()
    and (a.application_name = 'howdah:' || v_runner.token
         or (a.application_name = 'howdah run:' || v_runner.token and a.state = 'idle in transaction'
             and a.state_change < clock_timestamp() - interval '5 seconds' and pg_has_role(a.usesysid, 'usage')));

  execute format('select r.jobs, r.by_task from howdah.%I($1, $2) r', 'release_' || v_runner.queue)
    into jobs, by_task using v_runner, '{}'::bigint[];
  perform howdah.announce_jobs(jobs);
  execute format('select exists (select from %I._private_jobs j where j.locked_by = $1)', howdah.queue_schema(v_runner.queue))
    into v_is_rest using v_runner.pool_id;
  if v_is_rest then
    jobs := nullif(jobs, 0);
    return;
  end if;
  update howdah.runners r set released_at = clock_timestamp(), running = '{}' where r.token = v_runner.token;
  delete from howdah.job_starts s where s.token = v_runner.token;
end;
$$;

-- howdah.release_leftovers(token, keep): gives back what a runner that takes no more jobs still holds, but for those to
-- keep (its runs under way): a fetch whose answer was lost, a completion that failed. Returns how many jobs.
create function howdah.release_leftovers(token uuid, keep bigint[]) returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_runner howdah.runners;
  v_released integer := 0;
begin
  select r.* into v_runner from howdah.runners r where r.token = release_leftovers.token for update;
  if found and v_runner.released_at is null and v_runner.pool_id is not null then
    execute format('select r.jobs from howdah.%I($1, $2) r', 'release_' || v_runner.queue) into v_released using v_runner, keep;
    perform howdah.announce_jobs(v_released);
  end if;
  return v_released;
end;
$$;

-- howdah.announce_jobs(count): wakes the workers, as the engine does for new jobs. Nothing for a count of 0.
create function howdah.announce_jobs(count integer) returns void
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  select pg_notify('jobs:insert', json_build_object('r', random(), 'count', count)::text) where count > 0
$$;
