-- BEFORE UPDATE trigger of one queue's job table: a job whose key is enqueued again while it runs keeps its true attempt.
--
-- The engine lets go of such a job (its key becomes null) and sets its attempts to the maximum, lest it be retried. That
-- would count runs that never were; taking the retries away instead, by lowering the maximum, says the same.
create function howdah.:"keep_attempt"() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  new.attempts := old.attempts;
  new.max_attempts := greatest(old.attempts, 1);
  return new;
end;
$$;

create trigger howdah_keep_attempt before update of key on :"schema"._private_jobs
for each row
when (old.locked_at is not null and new.locked_at is not null and old.key is not null and new.key is null
      and new.attempts > old.attempts and new.attempts = new.max_attempts)
execute function howdah.:"keep_attempt"();
