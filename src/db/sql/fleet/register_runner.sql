-- howdah.register_runner(…): announces a runner before it fetches anything. Its sessions may work from here on.
-- Returns how many runs it may have at once: 0 while the queue is paused, and where it has a fleet concurrency, of which
-- its heartbeats bring it a share; null where there is no such limit. process: the same for all runners of a process, and sorts by its start.
-- secret_hash: SHA-256 of what its sessions will tell howdah.enter_session. task_versions: the version of each task it
-- can run, by name. application: whose tasks they are; null for a runner of a version before names. routes: where the jobs go of those of
-- its tasks that do not run there, by name, as everybody may see it.
--
-- A queue that was removed is made again (remove_queue.sql argues both orders).
--
-- Raises HWAPP where one of the tasks is not the application's (check_own_tasks), and HWCPY in a copy of the database whose workers ran its jobs (installation.sql).
--
-- While somebody else divides the fleet concurrency, in a transaction that may stay open, the runner begins with 0 too:
-- a start must not wait for that.
create function howdah.register_runner(
  token uuid, queue text, kind text, host text, pid integer, concurrency integer, tasks text[] default '{}',
  process text default null, secret_hash bytea default null, task_versions jsonb default '{}',
  application text default null, routes jsonb default '{}'
) returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_is_settled boolean := howdah.lock_fleet_soon(queue);
  v_is_paused boolean;
  v_granted integer;
begin
  perform howdah.claim_installation();
  perform howdah.hold_queue(queue);
  perform howdah.restore_queue(queue);
  if application is not null then
    perform howdah.check_own_tasks(tasks, application, host);
  end if;
  select s.paused_at is not null, case when s.fleet_concurrency is not null then 0 end into v_is_paused, v_granted
  from howdah.queue_settings s where s.queue = register_runner.queue;
  if not v_is_settled then
    v_granted := 0;
  end if;
  insert into howdah.runners (token, queue, kind, host, pid, concurrency, tasks, process, granted, secret_hash, task_versions,
                              application, routes)
  values (token, queue, kind, host, pid, concurrency, tasks, coalesce(process, token::text), v_granted, secret_hash, task_versions, application, routes);
  return case when v_is_paused then 0 else v_granted end;
end;
$$;

-- howdah.check_own_tasks(tasks, application, host): raises HWAPP unless all these tasks are announced and the application's
-- own. Locks their rows of the catalogue until the transaction ends: whoever hands one over (hand_over.sql) waits for that,
-- and then sees the runner that was registered meanwhile; or was first, and the runner is refused.
create function howdah.check_own_tasks(tasks text[], application text, host text) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_task record;
begin
  perform from howdah.tasks t where t.name = any (tasks) order by t.name for share;
  for v_task in
    select n as name, t.application as owner
    from unnest(tasks) n left join howdah.tasks t on t.name = n
    where t.application is distinct from check_own_tasks.application
    order by t.name
  loop
    if v_task.owner is not null then
      perform howdah.refuse_foreign('task', array[v_task.name], v_task.owner, application, host);
    end if;
    raise exception 'task "%" is not announced by application "%"', v_task.name, application
      using errcode = 'HWAPP', hint = 'It was handed over; a process that has it announces it again at its start.';
  end loop;
end;
$$;

-- howdah.name_runner_pool(token, pool_id): tells under which name the runner will hold jobs. Must be committed before
-- its first fetch: a job held by a name nobody knows could not be told from one of a runner without Howdah.
create function howdah.name_runner_pool(token uuid, pool_id text) returns void
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  update howdah.runners r set pool_id = name_runner_pool.pool_id where r.token = name_runner_pool.token
$$;
