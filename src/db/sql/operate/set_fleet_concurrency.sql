-- howdah.set_fleet_concurrency(queue, runs): at most so many jobs of the queue run at once in all processes together;
-- null for no such limit. Returns the limit until now, null for none. Workers share it out anew within seconds; jobs
-- that run already finish, so after lowering it there may be more for as long as they take. It stays until somebody
-- changes it: the configuration of a process that starts does not. Raises HWQUE for an unknown queue, HWOPT below 1.
create function howdah.set_fleet_concurrency(queue text, runs integer) returns integer
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_before integer;
begin
  perform howdah.queue_schema(queue);
  if runs < 1 then
    raise exception 'runs: expected 1 or more, or null for no limit, received %', runs
      using errcode = 'HWOPT', hint = 'howdah.pause_queue stops a queue.';
  end if;
  perform howdah.lock_fleet(queue);
  select s.fleet_concurrency into v_before
  from howdah.queue_settings s where s.queue = set_fleet_concurrency.queue;
  insert into howdah.queue_settings (queue, fleet_concurrency, fleet_concurrency_by)
  values (set_fleet_concurrency.queue, runs, 'operator')
  on conflict on constraint queue_settings_pkey do update
  set fleet_concurrency = excluded.fleet_concurrency, fleet_concurrency_by = 'operator';
  perform howdah.tell_workers();
  perform howdah.record_change('queues.set_fleet_concurrency', '{}', jsonb_build_object('queue', queue, 'runs', runs, 'before', v_before));
  return v_before;
end;
$$;

comment on function howdah.set_fleet_concurrency is
  'Limits how many jobs (runs, 1 or more) of a queue run at once in all processes together; null for no limit. Returns the limit until now.';

-- howdah.configure_fleet_concurrency(queue, runs): the same from a process's configuration, at its start; the latest
-- process to start has the say, but what an operator set stays. Waits for nobody where there is nothing to change.
create function howdah.configure_fleet_concurrency(queue text, runs integer) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from howdah.queue_settings s where s.queue = configure_fleet_concurrency.queue) then
    if runs is null then
      return;
    end if;
  elsif exists (select from howdah.queue_settings s
                where s.queue = configure_fleet_concurrency.queue
                  and (s.fleet_concurrency_by = 'operator' or s.fleet_concurrency is not distinct from runs)) then
    return;
  end if;
  perform howdah.lock_fleet(queue);
  insert into howdah.queue_settings as s (queue, fleet_concurrency, fleet_concurrency_by)
  values (configure_fleet_concurrency.queue, runs, 'configuration')
  on conflict on constraint queue_settings_pkey do update
  set fleet_concurrency = excluded.fleet_concurrency, fleet_concurrency_by = 'configuration'
  where s.fleet_concurrency_by is distinct from 'operator'
    and s.fleet_concurrency is distinct from excluded.fleet_concurrency;
  if found then
    perform howdah.tell_workers();
  end if;
end;
$$;
