-- BEFORE UPDATE OR DELETE statement trigger of one queue's job table: once a statement, settles who the session is and
-- to whom the queue may hand out jobs, and leaves the answers where the row triggers' conditions and the fence
-- (queue_record_finished.sql) can read them for next to nothing (howdah.pool, howdah.gate; both end with the transaction).
--
-- Raises HWRET in the session of a retired runner: such a runner can neither fetch nor end a job any more.
-- Why that is enough: a runner is retired and that commit is visible before its jobs are released, and no statement of
-- its own that began before holds the job table then (release_runner.sql). This reads the runner after the statement
-- has locked the table, in a snapshot of its own; so at READ COMMITTED, and in no other isolation, a statement that
-- begins later reads the retirement here.
--
-- Each fetch and each end of a runner asks, mostly of one job, and then what is asked is a fifth of its cost. So a runner that may go on,
-- which session_pool.sql would say so of, is found with its queue by one statement; whoever is not is for session_pool.sql to judge.
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
    select set_config('howdah.pool', coalesce(r.pool_id, ''), true),
           set_config('howdah.gate', case when tg_op = 'UPDATE' and s.paused_at is not null then 'closed' else coalesce(r.pool_id, '') end, true)
      into v_pool
    from howdah.runners r
    left join howdah.queue_settings s on s.queue = :'queue'
    where r.secret_hash = sha256(convert_to(v_secret, 'UTF8')) and r.kind = 'howdah' and r.retired_at is null
      and current_setting('transaction_isolation') = 'read committed' and coalesce(current_setting('howdah.lease', true), '') = '';
    if found then
      return null;
    end if;
  end if;
  v_pool := set_config('howdah.pool', coalesce(howdah.session_pool(), ''), true);
  if tg_op = 'UPDATE' then
    v_is_paused := exists (select from howdah.queue_settings s where s.queue = :'queue' and s.paused_at is not null);
  end if;
  v_pool := set_config('howdah.gate', case when v_is_paused then 'closed' else v_pool end, true);
  return null;
end;
$$;

create trigger howdah_gate before update or delete on :"schema"._private_jobs
for each statement
execute function howdah.:"gate"();

-- A paused queue hands out nothing: the row of a fetch stays as it is, and the fetch returns without it. Nor is a job
-- handed out in a runner's name to a session that is not the runner's: what it would do later, no gate could judge.
-- The gate stands open to one name alone, and each row is compared with it once, as reading a setting is the most of a condition. A
-- closed one is open to no name, not to a worker either that calls itself closed.
create trigger howdah_hold before update on :"schema"._private_jobs
for each row
when (old.locked_at is null and new.locked_at is not null and new.locked_by is distinct from nullif(current_setting('howdah.gate', true), 'closed'))
execute function howdah.hold_job();

-- Nor does that fetch lock the queue_name of such a job, which nobody would free: its statement comes to those
-- when it is through with the jobs, so the gate is set.
create trigger howdah_hold before update on :"schema"._private_job_queues
for each row
when (old.locked_at is null and new.locked_at is not null and current_setting('howdah.gate', true) = 'closed')
execute function howdah.skip_row();
