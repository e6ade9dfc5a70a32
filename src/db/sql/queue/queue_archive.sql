-- AFTER UPDATE trigger of one queue's job table: a job that may not run again leaves the live table at once.
-- Its deletion is recorded by the AFTER DELETE trigger (queue_record_finished.sql), in the same transaction.
create function howdah.:"archive"() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if old.locked_at is not null then -- nothing was decided: somebody unlocked a last run by hand
    insert into howdah.job_outcomes (job_id, state, attempt, worker, started_at)
    values (new.id, 'discarded', new.attempts, old.locked_by, old.locked_at)
    on conflict do nothing;
  end if;
  delete from :"schema"._private_jobs j where j.id = new.id;
  return null;
end;
$$;

create trigger howdah_archive after update on :"schema"._private_jobs
for each row
when (new.locked_at is null and not new.is_available) -- no attempt is left; and no function is called, which would be looked up
execute function howdah.:"archive"();
