-- howdah.lock_fleet(queue): whoever changes what runners of a queue may run at once takes turns, until its transaction
-- ends. An advisory lock: two integers, "hwfl" in ASCII and a hash of the queue's name.
create function howdah.lock_fleet(queue text) returns void
language sql volatile
set search_path = pg_catalog, pg_temp
as $$ select pg_advisory_xact_lock(x'6877666c'::integer, hashtext(queue)) $$;

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
