-- howdah.release_<queue>(runner, keep, held): unlocks what a runner holds in one queue, but for the jobs to keep and those that
-- an open transaction holds. Returns how many, and by_task: an array of {task, ended, hadBegun, jobs}, where ended is the
-- state of jobs that ended here (discarded, cancelled), null for those that are back in the queue, and hadBegun says that
-- a run of theirs had begun, or may have, whose end is not recorded; null when there were none. is_rest: whether it holds
-- some still that were not to be kept. Called by howdah.release_runner and howdah.release_leftovers.
--
-- held: all that it may hold, where that is known; else the job table is read for them, once, as it has no index on who holds a job
-- (queue_page_indexes.sql), and a million may wait in it. Nothing is added meanwhile: no statement of the runner takes a job any more.
--
-- Who pays an attempt: a job that is known to have been at work when its runner was lost (named by the last heartbeat, or
-- recorded as started because an earlier runner had died with it), and one whose run had ended without that being recorded:
-- its work may be done, so howdah.job_errors tells of it, and it is not run again at once. The others get theirs back.
-- But when nobody is left who could say what became of them since the last heartbeat, a run of theirs may have begun, and
-- howdah.job_errors tells of that too. Those that had a place to run in (placed_jobs) pay: a job that has one begins within
-- milliseconds. Of the others nobody knows, and most of them never began: they do not pay, or a job without retries would be
-- discarded that was never tried.
--
-- Nor does any pay whose task the runner had shut at its last heartbeat, as its broker was down (howdah.shut_tasks), and none
-- counts as aboard for poison. Its run had not begun; or it had before the broker was lost, and was waiting for that when
-- its runner was. Both orders of a broker's return and a runner's death are told apart: no run begins before the heartbeat
-- that says so is in here. Was that in, they pay as any other; was it not, they had not begun. What had begun before the broker was
-- lost may be with it; howdah.job_errors tells of those ("waiting"), and the message goes out once more under its id.
--
-- A job that cannot be given back stays locked, and does not keep the others from it.
--
-- Poison: each runner that is lost with a job aboard is a death, counted in flags.howdah_deaths; not one that its own
-- process replaced, as it does when a connection broke. The reason decides (howdah.runners.retired_as), not what is said
-- in words. From the first death on, workers record the job's start, so later deaths count only where it really ran. A run that
-- ends by itself sets the count back (queue_apply_verdict.sql). With the third the job is discarded; after the second it waits a little, at random, so that jobs that merely sat beside it run
-- apart from it.
create function howdah.:"release"(
  runner howdah.runners, keep bigint[], held bigint[] default null, out jobs integer, out by_task jsonb, out is_rest boolean
)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_reason constant text := coalesce(runner.retired_as, howdah.reason_in_words(runner.retired_because));
  v_is_loss constant boolean := runner.retired_at is not null and v_reason <> 'stopped';
  v_is_death constant boolean := v_is_loss and v_reason <> 'replaced';
  v_is_unheard constant boolean := v_is_death and v_reason <> 'left';
  v_shut constant text[] := howdah.shut_tasks(runner);
  v_job record;
  v_begun text; -- lost or unrecorded, as in howdah.job_errors.kind; placed, unknown, waiting; null for a job that had not begun
  v_ended text;
  v_released jsonb[] := '{}';
begin
  held := coalesce(held, array(select j.id from :"schema"._private_jobs j where j.locked_by = runner.pool_id));
  perform set_config('howdah.releasing', 'on', true);
  if v_is_unheard and runner.placed is null then -- once: those that are left for a later call are fewer than were held
    runner.placed := howdah.:"placed_jobs"(runner, held);
    update howdah.runners r set placed = runner.placed where r.token = runner.token;
  end if;
  for v_job in
    select j.id, t.identifier as task, coalesce(howdah.flag_count(j.flags, '{howdah_deaths}'), 0) as deaths,
           v_is_loss and (j.id = any (runner.running) or s.job_id is not null) as was_running,
           j.id = any (runner.unrecorded) as is_unrecorded, t.identifier = any (v_shut) as is_shut
    from :"schema"._private_jobs j
    join :"schema"._private_tasks t on t.id = j.task_id
    left join howdah.job_starts s on s.job_id = j.id and s.token = runner.token
    where j.id = any (held) and j.locked_by = runner.pool_id and j.id <> all (keep)
    for update of j skip locked
  loop
    if v_is_death and not v_job.is_shut and (v_job.was_running or v_job.deaths = 0) then
      v_job.deaths := v_job.deaths + 1;
    end if;
    v_begun := case when v_job.is_shut then case when v_job.is_unrecorded or v_job.was_running then 'waiting' end
                    when v_job.is_unrecorded then 'unrecorded' when v_job.was_running then 'lost'
                    when v_is_unheard then case when v_job.id = any (runner.placed) then 'placed' else 'unknown' end end;
    begin
      v_ended := howdah.:"release_job"(v_job.id, v_job.deaths, v_begun, runner);
    exception when others then
      raise warning 'job % cannot be given back: %', v_job.id, sqlerrm;
      continue;
    end;
    v_released := v_released || jsonb_build_object('task', v_job.task, 'ended', v_ended, 'hadBegun', v_begun is not null);
  end loop;
  update :"schema"._private_job_queues q set locked_by = null, locked_at = null
  where q.locked_by = runner.pool_id
    and not exists (select from :"schema"._private_jobs j
                    where j.id = any (held) and j.job_queue_id = q.id and j.locked_by = runner.pool_id);
  perform set_config('howdah.releasing', '', true);
  jobs := cardinality(v_released);
  is_rest := exists (select from :"schema"._private_jobs j
                     where j.id = any (held) and j.locked_by = runner.pool_id and j.id <> all (keep));
  select jsonb_agg(r.job || jsonb_build_object('jobs', r.count)) into by_task
  from (select u.job, count(*) from unnest(v_released) u (job) group by u.job) r;
end;
$$;

-- howdah.placed_jobs_<queue>(runner, held): of the jobs that a lost runner holds those that had a place to run in, whichever had
-- one: those that are no more than its places, together with all that it had taken before or with them. What one statement
-- took begins in an order that is not known here. None when no run began at its latest heartbeat, as its event loop was
-- blocked or the ends of others could not be written. Those of tasks that are shut may have a place, and wait there.
create function howdah.:"placed_jobs"(runner howdah.runners, held bigint[]) returns bigint[]
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(array_agg(h.id), '{}')
  from (select j.id, count(*) over (order by j.locked_at) as held_count
        from :"schema"._private_jobs j where j.id = any (held) and j.locked_by = runner.pool_id) h
  where h.held_count <= least(runner.granted, runner.concurrency) and runner.blocked_since is null and not runner.is_stalled
$$;

-- howdah.release_job_<queue>(…): unlocks one job, or ends it when this was one death or one attempt too many, or when it
-- had been cancelled. begun: the kind of its end (howdah.job_errors); placed or unknown when a run of it may have begun, of
-- which only the first pays; waiting when one had, and was waiting for its broker, at no cost; null when none had. Returns the state it ended in, or null.
create function howdah.:"release_job"(job_id bigint, deaths integer, begun text, runner howdah.runners)
returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_max_deaths constant integer := 3;
  v_pays constant boolean := coalesce(begun in ('lost', 'unrecorded', 'placed'), false);
  v_job :"schema"._private_jobs;
  v_is_over boolean;
  v_is_cancelled boolean;
  v_message text;
  v_retry_at timestamptz;
begin
  select j.* into v_job from :"schema"._private_jobs j where j.id = job_id;
  v_is_cancelled := exists (select from howdah.job_outcomes o where o.job_id = v_job.id and o.state = 'cancelled');
  v_is_over := (begun = 'lost' and deaths >= v_max_deaths) or (v_pays and v_job.attempts >= v_job.max_attempts);
  if begun is not null then
    v_retry_at := clock_timestamp()
                  + case when begun = 'unrecorded' then howdah.retry_delay(v_job.attempts)
                         when deaths >= 2 and begun = 'lost' then make_interval(secs => 1 + 4 * random())
                         else interval '0' end;
    v_message := case when begun = 'unrecorded' then 'its completion was not recorded; it may have run'
      when begun = 'placed'
      then format('its completion was not recorded as its worker was lost; it may have run: %s', runner.retired_because)
      when begun = 'waiting'
      then format('its worker was lost while its broker was down; the message may be there, at no cost: %s', runner.retired_because)
      when begun = 'unknown'
      then format('its worker was lost while it held more jobs than could run; it may have run, at no cost: %s', runner.retired_because)
      when deaths >= v_max_deaths
      then format('poison: %s workers were lost while running this job; last: %s', deaths, runner.retired_because)
      else format('its worker was lost during this run: %s', runner.retired_because) end;
    insert into howdah.job_errors (job_id, attempt, queue, task, name, message, worker, kind, decision, retry_at)
    select v_job.id, v_job.attempts, :'queue', t.identifier,
           case begun when 'unrecorded' then 'EndNotRecordedError' else 'WorkerLostError' end, v_message, runner.pool_id,
           case when begun in ('placed', 'unknown', 'waiting') then 'unrecorded' else begun end,
           case when v_is_cancelled then 'cancel' when v_is_over then 'discard' else 'retry' end,
           case when not v_is_cancelled and not v_is_over then v_retry_at end
    from :"schema"._private_tasks t where t.id = v_job.task_id;
  end if;
  if v_is_over then
    insert into howdah.job_outcomes (job_id, state, attempt, worker, started_at)
    values (v_job.id, 'discarded', v_job.attempts, v_job.locked_by, v_job.locked_at)
    on conflict do nothing;
  end if;
  update :"schema"._private_jobs j
  set locked_by = null, locked_at = null,
      attempts = case when v_is_over then j.max_attempts
                      when v_pays then j.attempts
                      else greatest(0, j.attempts - 1) end,
      last_error = case when v_pays then v_message else j.last_error end,
      run_at = case when begun = 'unrecorded' or (deaths >= 2 and begun = 'lost') then v_retry_at else j.run_at end,
      flags = case when deaths > 0
                   then coalesce(j.flags, '{}') || jsonb_build_object('howdah_deaths', deaths) else j.flags end
  where j.id = job_id;
  return case when v_is_cancelled then 'cancelled' when v_is_over then 'discarded' end;
end;
$$;
