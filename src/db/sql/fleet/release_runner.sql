-- howdah.release_runner(token, held): gives back every job a retired runner holds. One row: how many, by_task as
-- queue_release.sql has it, and held_by: whom it waits for, in words. jobs is null when this call gave nothing back as
-- somebody stands in the way; the next call tries again. Two callers take turns; the second finds nothing left.
-- Raises HWRET when the runner is not retired. held: all that it may hold, where its own process has stopped it and
-- knows (tally.ts); heeded of such a runner alone, and null where nobody knows.
--
-- Must run in a transaction that began after the retirement was committed, at READ COMMITTED. Why no statement of the
-- runner can then touch a job after this gave it back: every statement that changes a job locks the job table, and only
-- then does its trigger look the runner up, in a snapshot of its own (queue_gate.sql). So at the moment at which this
-- looks for holders of that lock, a statement of the runner either
-- - has the lock: it is seen, and this gives nothing back before the lock is gone, and with it the transaction; or
-- - has had it: its transaction is over, and the next statement here sees what it did; or
-- - will get it later: then its trigger reads later than the retirement, and refuses.
-- So nobody has to be ended. Where this role may, it ends the runner's sessions all the same: a client that is out of
-- reach may leave one open for hours. Only in this database, with this start, of a role whose rights it has.
--
-- A job that somebody else's open transaction holds is left to the next call: an operator's, or that of a handler which
-- completes the job in it and may yet commit. Such a handler's is ended, likewise, once it has been idle for 5 s.
create function howdah.release_runner(
  token uuid, held bigint[] default null, out jobs integer, out by_task jsonb, out held_by text
)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_runner howdah.runners;
  v_is_barred boolean;
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

  select e.held_by, e.is_barred into held_by, v_is_barred from howdah.end_runner_sessions(v_runner) e;
  if v_is_barred then
    return;
  end if;
  execute format('select r.jobs, r.by_task, r.is_rest from howdah.%I($1, $2, $3) r', 'release_' || v_runner.queue)
    into jobs, by_task, v_is_rest
    using v_runner, '{}'::bigint[], case when v_runner.retired_as = 'stopped' then held end;
  perform howdah.announce_jobs(jobs);
  if v_is_rest then
    jobs := nullif(jobs, 0);
    held_by := coalesce(held_by, 'an open transaction that changes its jobs');
    return;
  end if;
  update howdah.runners r set released_at = clock_timestamp(), running = '{}', unrecorded = '{}', placed = '{}' where r.token = v_runner.token;
  delete from howdah.job_starts s where s.token = v_runner.token;
  delete from howdah.runner_sessions s where s.token = v_runner.token;
end;
$$;

-- howdah.end_runner_sessions(runner): ends what it may of a retired runner's sessions and of its handlers' transactions that
-- are idle for 5 s. Waits up to 2 s for those that hold the job table. Returns whom a release waits for then, in words, and
-- whether nothing may be given back yet. Where nobody held the table at the first look, none is needed after it: whoever comes later
-- is refused (release_runner above).
create function howdah.end_runner_sessions(runner howdah.runners, out held_by text, out is_barred boolean)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_backend record;
  v_is_held boolean := false;
begin
  is_barred := false;
  for v_backend in select b.* from howdah.backends_at_jobs(runner) b order by b.is_holder loop -- sorted: all were looked at by then
    v_is_held := v_is_held or v_backend.is_holder;
    if v_backend.may_end
       and (not v_backend.is_handler or (v_backend.is_holder and v_backend.idle_since < clock_timestamp() - interval '5 seconds')) then
      perform howdah.end_backend(v_backend.pid, case when v_backend.is_holder then 2000 else 0 end);
    end if;
  end loop;
  if v_is_held then
    held_by := howdah.describe_holders(runner);
    is_barred := exists (select from howdah.fence_holders(runner) h where not h.is_handler);
  end if;
end;
$$;

-- howdah.release_leftovers(token, keep): gives back what a runner that takes no more jobs still holds, but for those to
-- keep (its runs under way): a fetch whose answer was lost, a completion that failed. Returns how many jobs. Locks the runner's row,
-- which its heartbeat writes: so it raises 55P03 where somebody has the table of jobs locked for more than half a second.
create function howdah.release_leftovers(token uuid, keep bigint[]) returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
set lock_timeout = '500ms'
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

-- howdah.announce_jobs(count): wakes the workers of all queues, as the engine does for new jobs. Nothing for a count of 0. Where a
-- queue is named beside the count, its runners alone look for jobs (distrust-news.ts), as when jobs are enqueued (write_job.sql).
create function howdah.announce_jobs(count integer) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if count > 0 then
    perform pg_notify('jobs:insert', json_build_object('r', random(), 'count', count)::text);
  end if;
end;
$$;
