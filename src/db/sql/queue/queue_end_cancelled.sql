-- BEFORE UPDATE trigger of one queue's job table: a job that was cancelled while it ran goes nowhere but out when its
-- lock is taken off, for whatever reason: a retry, a snooze, a prefetched job that is handed back, a worker that died.
-- Without attempts left the AFTER trigger of the same statement removes it (queue_archive.sql).
-- Reads the decision after the row's lock was got, so a cancellation that committed while it waited is seen.
create function howdah.:"end_cancelled"() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from howdah.job_outcomes o where o.job_id = new.id and o.state = 'cancelled') then
    update howdah.job_outcomes o
    set attempt = coalesce(o.attempt, least(new.attempts, old.attempts)), worker = old.locked_by,
        started_at = old.locked_at
    where o.job_id = new.id;
    new.attempts := new.max_attempts;
  end if;
  return new;
end;
$$;

create trigger howdah_end_cancelled before update on :"schema"._private_jobs
for each row
when (old.locked_at is not null and new.locked_at is null)
execute function howdah.:"end_cancelled"();
