-- BEFORE UPDATE trigger of one queue's job table: somebody other than its holder takes the lock off a job.
--
-- Another worker's sweep (graphile-worker frees what was locked for 4 hours, a long run included) does not touch the
-- jobs of runners: dead ones are found by their heartbeat, and a live one keeps its job. What nobody known holds, as in
-- an adopted schema or after a worker without Howdah died, it frees. Anybody else, as with force_unlock_workers from
-- psql, is obeyed, and the holder is retired: the engine would let it fetch the very same row again, and then its late
-- completion of the old run could not be told from the completion of the new one.
create function howdah.:"foreign_unlock"() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if current_setting('howdah.pool', true) <> ''
     and exists (select from howdah.runners r where r.pool_id = old.locked_by) then
    return null;
  end if;
  update howdah.runners r
  set retired_at = clock_timestamp(), retired_as = 'unlocked', retired_because = 'its jobs were unlocked by hand'
  where r.pool_id = old.locked_by and r.retired_at is null;
  return new;
end;
$$;

create trigger howdah_foreign_unlock before update on :"schema"._private_jobs
for each row
when (old.locked_by is not null and new.locked_by is null
      and old.locked_by is distinct from current_setting('howdah.pool', true)
      and current_setting('howdah.releasing', true) is distinct from 'on')
execute function howdah.:"foreign_unlock"();
