-- howdah.change_lock(): trigger function of a job whose row is about to be locked or unlocked in any name but that to which the gate of
-- its queue stands open (queue_gate.sql, queue_change_lock.sql); and of any other update of a job that is in nobody's name.
--
-- A job is handed out: not while its queue is paused, when the row stays as it is, and the fetch returns without it. Nor in a
-- runner's name to a session that is not the runner's, which raises HWSES: what it would do later, no gate could judge.
--
-- Its lock is taken off, for whatever reason: a retry, a snooze, a prefetched job that is handed back, a worker that died. One that was
-- cancelled while it ran goes nowhere but out then. Without attempts left the AFTER trigger of the same statement removes it
-- (queue_archive.sql). Reads the decision after the row's lock was got, so a cancellation that committed while it waited is seen.
--
-- By somebody other than its holder: another worker's sweep (graphile-worker frees what was locked for 4 hours, a long run
-- included) does not touch the jobs of runners: dead ones are found by their heartbeat, and a live one keeps its job. What nobody
-- known holds, as in an adopted schema or after a worker without Howdah died, it frees. Anybody else, as with
-- force_unlock_workers from psql, is obeyed, and the holder is retired: the engine would let it fetch the very same row
-- again, and then its late completion of the old run could not be told from the completion of the new one.
create function howdah.change_lock() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_gate constant text := current_setting('howdah.gate', true);
  v_is_closed constant boolean := coalesce(starts_with(v_gate, 'closed '), false);
  v_pool constant text := case when v_is_closed then substr(v_gate, length('closed ') + 36 + 1) else v_gate end; -- a name made up is a uuid
begin
  if old.locked_at is null and new.locked_at is not null then
    if v_is_closed then
      return null;
    end if;
    if exists (select from howdah.runners r where r.pool_id = new.locked_by and r.secret_hash is not null) then
      raise exception 'this session is not who it should be: it takes jobs as %, a runner whose secret it does not know', new.locked_by
        using errcode = 'HWSES', hint = 'A pooler between worker and server may give out sessions that are not its own.';
    end if;
  elsif old.locked_at is not null and new.locked_at is null
        and exists (select from howdah.job_outcomes o where o.job_id = new.id and o.state = 'cancelled') then
    update howdah.job_outcomes o
    set attempt = coalesce(o.attempt, least(new.attempts, old.attempts)), worker = old.locked_by, started_at = old.locked_at
    where o.job_id = new.id;
    new.attempts := new.max_attempts;
  end if;
  if old.locked_by is not null and new.locked_by is null and old.locked_by is distinct from v_pool
     and current_setting('howdah.releasing', true) is distinct from 'on'
  then
    if v_pool <> '' and exists (select from howdah.runners r where r.pool_id = old.locked_by) then
      return null;
    end if;
    update howdah.runners r
    set retired_at = clock_timestamp(), retired_as = 'unlocked', retired_because = 'its jobs were unlocked by hand'
    where r.pool_id = old.locked_by and r.retired_at is null;
  end if;
  return new;
end;
$$;
