-- AFTER DELETE trigger of one queue's job table: writes every job that leaves it to howdah.job_history, in the same
-- transaction, whoever deleted it. Statement level with a transition table: one insert for a whole batch.
--
-- State: what a verdict said (howdah.job_outcomes), else completed when its worker held it, else discarded when it
-- had no attempt left, else cancelled (somebody took a waiting job out).
create function howdah.:"record_finished"() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into howdah.job_history (
    id, queue, task, state, priority, attempt, max_attempts, run_at, created_at, started_at, finished_at,
    worker, last_error, key, payload)
  select j.id, :'queue', t.identifier,
         case when o.state is not null then o.state
              when j.locked_at is not null then 'completed'
              when j.attempts >= j.max_attempts then 'discarded'
              else 'cancelled' end,
         j.priority, coalesce(o.attempt, j.attempts), j.max_attempts, j.run_at, j.created_at, j.locked_at,
         clock_timestamp(), j.locked_by, j.last_error, j.key, j.payload
  from old_rows j
  join :"schema"._private_tasks t on t.id = j.task_id
  left join howdah.job_outcomes o on o.job_id = j.id;

  delete from howdah.job_outcomes o using old_rows j where o.job_id = j.id;
  return null;
end;
$$;

create trigger howdah_record_finished after delete on :"schema"._private_jobs
referencing old table as old_rows
for each statement
execute function howdah.:"record_finished"();
