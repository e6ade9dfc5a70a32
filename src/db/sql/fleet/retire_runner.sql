-- howdah.retire_runner(token, because, retired_as, running, unrecorded): from its commit on the database refuses everything
-- the runner tries (queue_gate.sql). Its jobs are still locked; howdah.release_runner, in a later transaction, gives them
-- back. Returns whether the runner was alive until now. Idempotent: the first reason stays.
--
-- retired_as: as in howdah.runners; because: the same in words. A runner's own process says which of its jobs are at work
-- now (running), and which have ended without that being recorded (unrecorded); null for what the latest heartbeat said.
create function howdah.retire_runner(
  token uuid, because text, retired_as text default null, running bigint[] default null, unrecorded bigint[] default null
) returns boolean
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  with retired as (
    update howdah.runners r
    set retired_at = clock_timestamp(), retired_because = because,
        retired_as = coalesce(retire_runner.retired_as, howdah.reason_in_words(because)),
        running = coalesce(retire_runner.running, r.running), unrecorded = coalesce(retire_runner.unrecorded, r.unrecorded)
    where r.token = retire_runner.token and r.retired_at is null
    returning 1
  )
  select exists (select from retired)
$$;
