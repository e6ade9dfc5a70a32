-- howdah.retire_runner(token, because): from its commit on the database refuses everything the runner tries
-- (queue_gate.sql). Its jobs are still locked; howdah.release_runner, in a later transaction, gives them back.
-- Returns whether the runner was alive until now. Idempotent: the first reason stays.
create function howdah.retire_runner(token uuid, because text) returns boolean
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  with retired as (
    update howdah.runners r set retired_at = clock_timestamp(), retired_because = because
    where r.token = retire_runner.token and r.retired_at is null
    returning 1
  )
  select exists (select from retired)
$$;
