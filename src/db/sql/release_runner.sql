-- howdah.release_runner(token): gives back every job a retired runner holds and returns how many.
--
-- Must run in a transaction that began after the retirement was committed. Ends the runner's sessions first and waits
-- for them, so that no statement of its own is under way when its jobs change hands. Two callers take turns; the
-- second finds nothing left. Raises HWRET when the runner is not retired.
create function howdah.release_runner(token uuid) returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_runner howdah.runners;
  v_released integer;
begin
  select r.* into v_runner from howdah.runners r where r.token = release_runner.token for update;
  if not found or v_runner.released_at is not null then
    return 0;
  end if;
  if v_runner.retired_at is null then
    raise exception 'runner % is not retired', token using errcode = 'HWRET';
  end if;

  perform pg_terminate_backend(a.pid, 2000)
  from pg_stat_activity a
  where a.application_name = 'howdah:' || v_runner.token and a.pid <> pg_backend_pid();

  execute format('select howdah.%I($1)', 'release_' || v_runner.queue) into v_released using v_runner;
  update howdah.runners r set released_at = clock_timestamp(), running = '{}' where r.token = v_runner.token;
  if v_released > 0 then
    perform pg_notify('jobs:insert', json_build_object('r', random(), 'count', v_released)::text);
  end if;
  return v_released;
end;
$$;
