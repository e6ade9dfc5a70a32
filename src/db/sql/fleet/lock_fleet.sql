-- howdah.lock_fleet(queue): whoever changes what runners of a queue may run at once takes turns, until its transaction
-- ends: the lock of the queue's row in howdah.queue_registry, which only the owner of the table can take. (An advisory lock
-- would be anybody's who may connect.) It stands in nobody's way otherwise: the row never changes, and foreign keys to
-- it take a weaker lock.
create function howdah.lock_fleet(queue text) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  perform from howdah.queue_registry r where r.name = queue for no key update;
end;
$$;

-- howdah.lock_fleet_soon(queue): the same, but gives up after 0.2 s; returns whether it is locked.
create function howdah.lock_fleet_soon(queue text) returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
set lock_timeout = '200ms'
as $$
begin
  perform howdah.lock_fleet(queue);
  return true;
exception when lock_not_available then
  return false;
end;
$$;
