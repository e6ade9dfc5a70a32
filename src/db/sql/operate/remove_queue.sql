-- howdah.remove_queue(queue, force): takes a queue away that nothing uses: from the commit on it is on no list, and unknown to an
-- enqueue. Returns how many jobs were cancelled for it. Its finished jobs stay in the history, and are found under its name as
-- before. Its schema stays too, empty (close_queue.sql says why); restore_queue.sql says who makes the queue again.
--
-- Raises HWQUE for an unknown queue, and HWUSE, with all that is in the way, while
-- - jobs are in it; with force those that wait are cancelled first, at most 10,000, but one that a worker has is in the way;
-- - a worker serves it, or a lease over HTTP. One not heard of for 10 s is retired, so that it does not go on should it be there
--   after all;
-- - it is home to a task of the catalogue, and so to those of a source or a route; or a schedule enqueues to it;
-- - others write to it at this moment, which is tried for half a second. Trying again helps then;
-- and for "default". At read committed alone: an older snapshot would not show the jobs that others committed since.
--
-- Locks, until the caller's transaction ends: the catalogue and the schedules against news of them, the queue's row, its job table
-- against writers. None of the four is waited for: all are taken at once or none is, so this holds up nobody while it has to
-- wait, and is in no circle of those who wait for each other. Both orders of everybody else who may be at the queue this moment:
-- - An enqueue writes to the job table before, and holds its lock until its commit: so this is not to be had, and then sees the
--   job. Or it comes after, waits for the commit behind the table's lock, though it has found the queue in the register
--   already, and meets the trigger that this has left there, for triggers are read after the lock was got, whatever the snapshot.
-- - A worker or lease holds the queue's row as of its registration (hold_queue.sql): so this is not to be had, and then sees
--   its runner. Or it waits for the commit at that row, and finds the queue removed: a worker makes it again, a lease is refused.
-- - Who announces a task or a schedule has its table's lock before: so this is not to be had, and then sees what is announced.
--   Or it waits for the commit behind that lock, and makes the queue again.
-- What is waited for is a row that somebody has locked, of a job that is to be cancelled or of a runner: for a quarter of a
-- second, and no deadlock is looked for before a second has passed. So it is this that gives way.
create function howdah.remove_queue(queue text, force boolean default false) returns integer
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '250ms'
as $$
declare
  v_schema constant text := howdah.queue_schema(queue);
  v_reasons text[];
  v_cancelled bigint[] := '{}';
begin
  if force is null then
    raise exception 'force: expected true or false, received null'
      using errcode = 'HWOPT', hint = 'Jobs are cancelled only where it is true.';
  elsif queue = 'default' then
    raise exception 'queue: expected another than the one for tasks that name none, received "default"'
      using errcode = 'HWUSE', hint = 'Every start makes it; howdah.pause_queue stops it.';
  elsif current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'transaction_isolation: expected read committed, received %', current_setting('transaction_isolation')
      using errcode = 'HWUSE', hint = 'Jobs that others have enqueued since would not be seen.';
  end if;
  perform howdah.lock_queue_out(queue, v_schema);
  perform howdah.queue_schema(queue); -- somebody else may have removed it
  begin
    v_reasons := howdah.users_of_queue(queue) || howdah.jobs_in_the_way(v_schema, force);
    if v_reasons <> '{}' then
      raise exception 'queue: expected one that nothing uses, received "%": %', queue, array_to_string(v_reasons, '; ')
        using errcode = 'HWUSE',
              hint = 'Stop its workers, take it out of tasks and crontabs, and let its jobs end or cancel them; force cancels those that wait.';
    end if;
    execute format('select coalesce(array_agg(j.id order by j.id), ''{}'') from %I._private_jobs j', v_schema) into v_cancelled;
    perform howdah.end_waiting_jobs(v_schema, v_cancelled, 'cancelled', 'its queue was removed') where v_cancelled <> '{}';
  exception when lock_not_available then
    perform howdah.refuse_busy(queue);
  end;
  perform howdah.close_queue(v_schema);
  execute format('delete from %I._private_known_crontabs', v_schema);
  delete from howdah.cron_faults f where f.queue = remove_queue.queue;
  delete from howdah.queue_settings s where s.queue = remove_queue.queue;
  update howdah.queue_registry r set removed_at = clock_timestamp() where r.name = remove_queue.queue;
  perform howdah.record_change('queues.remove', v_cancelled,
                               jsonb_build_object('queue', queue, 'force', force, 'cancelled', cardinality(v_cancelled)));
  return cardinality(v_cancelled);
end;
$$;

comment on function howdah.remove_queue is
  'Takes a queue away that nothing uses: no job is in it, no worker serves it, no task is at home there, no schedule enqueues to it. With force, jobs that wait there (at most 10000) are cancelled first. Its history stays. Returns how many jobs were cancelled.';

-- howdah.lock_queue_out(queue, schema_name): has everybody who could begin to use the queue wait for the end of this transaction; see
-- above. All of its locks at once, or, after ten tries in half a second, HWUSE.
create function howdah.lock_queue_out(queue text, schema_name text) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  for v_try in 1..10 loop
    begin
      lock table howdah.task_versions, howdah.crontab_versions in share row exclusive mode nowait;
      perform from howdah.queue_registry r where r.name = lock_queue_out.queue for update nowait;
      execute format('lock table %I._private_jobs in share row exclusive mode nowait', schema_name);
      return;
    exception when lock_not_available then
      perform pg_sleep(0.05); -- with none of the locks
    end;
  end loop;
  perform howdah.refuse_busy(queue);
end;
$$;

-- howdah.refuse_busy(queue): raises that others are at it. Never returns.
create function howdah.refuse_busy(queue text) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception 'queue: expected one that nobody is at work on, received "%", of which others have not committed what they do with it, its jobs, tasks or schedules', queue
    using errcode = 'HWUSE', hint = 'Try again once their transactions have ended.';
end;
$$;

-- howdah.users_of_queue(queue): what would go on using it, in words; empty where nothing would.
create function howdah.users_of_queue(queue text) returns text[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_runner record;
  v_reasons text[] := '{}';
begin
  for v_runner in
    select r.token, r.host, r.pid, howdah.is_alive(r) as is_alive
    from howdah.runners r where r.queue = users_of_queue.queue and r.retired_at is null order by r.started_at
  loop
    if v_runner.is_alive then
      v_reasons := v_reasons || format('a worker serves it (host %s, process %s)', v_runner.host, coalesce(v_runner.pid::text, 'none: over HTTP'));
    else
      perform howdah.retire_runner(v_runner.token, 'no heartbeat for 10 s', 'cut_off');
    end if;
  end loop;
  return v_reasons || array(
    select format('task "%s" of application "%s" is at home there, so a start with it would make the queue again%s', t.name, t.application,
                  (select format(', and source "%s" has jobs of it', min(s.name)) from howdah.source_registry s
                   where s.task = t.name and s.forgotten_at is null having count(*) > 0))
    from howdah.tasks t where t.queue = users_of_queue.queue order by t.name
  ) || array(
    select format('schedule "%s" of application "%s" enqueues to it', e.identifier, e.application)
    from howdah.cron_entries e where e.queue = users_of_queue.queue order by e.identifier
  );
end;
$$;

-- howdah.jobs_in_the_way(schema_name, force): its jobs that keep a queue from being removed, in words. Counts 10,001 at most.
create function howdah.jobs_in_the_way(schema_name text, force boolean) returns text[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  c_most constant integer := 10000;
  v_running bigint;
  v_waiting bigint;
begin
  execute format('select count(*) from %I._private_jobs j where j.locked_at is not null', schema_name) into v_running;
  execute format('select count(*) from (select from %I._private_jobs j where j.locked_at is null limit $1) j', schema_name)
    into v_waiting using c_most + 1;
  return array_remove(array[
    case when v_running > 0 then format('%s of its jobs that a worker has', v_running) end,
    case when v_waiting > c_most then format('more than %s jobs that wait; cancel them first: howdah.cancel_jobs', c_most)
         when v_waiting > 0 and not force then format('%s of its jobs that wait', v_waiting) end], null);
end;
$$;
