-- BEFORE UPDATE OR DELETE statement trigger of one queue's job table: once a statement, settles who the session is and
-- to whom the queue may hand out jobs, and leaves the answer where the row triggers' conditions and the fence can read it for next to
-- nothing until the transaction ends: for a deletion in howdah.pool (queue_record_finished.sql), for an update in howdah.gate
-- (change_lock.sql), which stands open to that one name. A closed one has a name before it that nobody can have foreseen.
--
-- Raises HWRET in the session of a retired runner: such a runner can neither fetch nor end a job any more.
-- Why that is enough: a runner is retired and that commit is visible before its jobs are released, and no statement of
-- its own that began before holds the job table then (release_runner.sql). This reads the runner after the statement
-- has locked the table, in a snapshot of its own; so at READ COMMITTED, and in no other isolation, a statement that
-- begins later reads the retirement here.
--
-- Each fetch and each end of a runner asks, mostly of one job, and then what is asked is a fifth of its cost. So a runner that may go on,
-- which session_pool.sql would say so of, is found with its queue by one statement, of which each part counts; whoever is not is for
-- session_pool.sql to judge.
create function howdah.:"gate"() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_secret constant text := current_setting('howdah.runner', true);
  v_pool text;
  v_is_paused boolean := false;
begin
  if v_secret <> '' then
    if tg_op = 'DELETE' then
      select set_config('howdah.pool', r.pool_id, true) into v_pool
      from howdah.runners r
      where r.secret_hash = sha256(convert_to(v_secret, 'UTF8')) and r.kind = 'howdah' and r.retired_at is null and r.pool_id is not null
        and current_setting('transaction_isolation') = 'read committed' and coalesce(current_setting('howdah.lease', true), '') = '';
    else
      select set_config('howdah.gate', case when s.paused_at is null then r.pool_id else concat('closed ', gen_random_uuid(), r.pool_id) end, true)
        into v_pool
      from howdah.runners r
      left join howdah.queue_settings s on s.queue = :'queue'
      where r.secret_hash = sha256(convert_to(v_secret, 'UTF8')) and r.kind = 'howdah' and r.retired_at is null and r.pool_id is not null
        and current_setting('transaction_isolation') = 'read committed' and coalesce(current_setting('howdah.lease', true), '') = '';
    end if;
    if found then
      return null;
    end if;
  end if;
  v_pool := coalesce(howdah.session_pool(), '');
  if tg_op = 'DELETE' then
    v_pool := set_config('howdah.pool', v_pool, true);
  else
    v_is_paused := exists (select from howdah.queue_settings s where s.queue = :'queue' and s.paused_at is not null);
    v_pool := set_config('howdah.gate', case when v_is_paused then concat('closed ', gen_random_uuid(), v_pool) else v_pool end, true);
  end if;
  return null;
end;
$$;

create trigger howdah_gate before update or delete on :"schema"._private_jobs
for each statement
execute function howdah.:"gate"();

-- A fetch from a paused queue does not lock the queue_name of a job, which nobody would free: its statement comes to those
-- when it is through with the jobs, so the gate is set.
create trigger howdah_hold before update on :"schema"._private_job_queues
for each row
when (old.locked_at is null and new.locked_at is not null and starts_with(current_setting('howdah.gate', true), 'closed '))
execute function howdah.skip_row();
