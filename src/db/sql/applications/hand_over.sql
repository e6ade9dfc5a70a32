-- howdah.release_task(application, task, with_jobs): gives a task up, so that the next application that announces its name
-- has it. Waits for workers that are about to be registered with it. For operators, once the application's new version,
-- without the task, is everywhere: what still has it announces it again.
--
-- Refused with HWAPP while a worker of it lives, and while jobs of it are there, which the next owner could take for
-- malformed; with_jobs => true hands those over as they are. Enqueues that are not committed yet are not seen: stop the
-- application's producers first. Raises HWNOA for an unknown application, HWAPP for a task that is not its own.
create function howdah.release_task(application text, task text, with_jobs boolean default false) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform howdah.known_application(application);
  perform from howdah.tasks t where t.name = task and t.application = release_task.application for update;
  if not found then
    raise exception 'task "%" does not belong to application "%"', task, application
      using errcode = 'HWAPP', hint = 'select name, application from howdah.tasks tells whose each task is.';
  end if;
  perform howdah.refuse_in_use(array[task], null, with_jobs);
  perform howdah.forget_tasks(array[task]);
  perform howdah.record_change('apps.release', '{}',
    jsonb_build_object('application', application, 'task', task, 'with_jobs', with_jobs));
end;
$$;

comment on function howdah.release_task is
  'Gives a task of an application up: the next application that announces its name has it. Refused while a worker of it lives and, unless with_jobs, while jobs of it are there.';

-- howdah.forget_application(application, with_jobs): removes an application that is gone: its tasks, its schedules and itself.
-- Its own tables stay, and what is known of their migrations.
-- Refused with HWAPP while a worker of it lives, and while jobs of its tasks are there, unless with_jobs: they then wait for
-- whoever announces their task. Finished jobs stay. Raises HWNOA for an unknown one.
create function howdah.forget_application(application text, with_jobs boolean default false) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_tasks text[];
begin
  perform howdah.known_application(application);
  v_tasks := array(select t.name from howdah.tasks t where t.application = forget_application.application
                   order by t.name for update);
  perform howdah.refuse_in_use(v_tasks, application, with_jobs);
  perform howdah.forget_tasks(v_tasks);
  delete from howdah.cron_faults f using howdah.cron_entries e
  where e.application = forget_application.application and f.identifier = e.identifier and f.queue = e.queue;
  delete from howdah.cron_entries e where e.application = forget_application.application;
  delete from howdah.crontab_versions v where v.application = forget_application.application;
  delete from howdah.application_registry a where a.name = forget_application.application;
  perform howdah.record_change('apps.forget', '{}',
    jsonb_build_object('application', application, 'with_jobs', with_jobs));
end;
$$;

comment on function howdah.forget_application is
  'Removes an application that is gone, with its tasks and schedules. Refused while a worker of it lives and, unless with_jobs, while jobs of its tasks are there.';

-- howdah.rename_application(application, name): gives an application another name, with all it has. Refused with HWAPP where
-- that name is taken, and while a worker lives that calls itself by the old one; those of versions before names do not, and go on.
-- One that has announced nothing, or was forgotten, may have migrations, which get the other name too.
create function howdah.rename_application(application text, name text) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if name ~ '^[a-z][a-z0-9_-]{0,62}$' is not true then
    raise exception 'name: expected a-z, then up to 62 of a-z 0-9 _ -, received %', coalesce('"' || left(name, 100) || '"', 'null')
      using errcode = 'HWOPT';
  end if;
  if not exists (select from howdah.migrations m where m.application = rename_application.application and m.application <> '') then
    perform howdah.known_application(application);
  end if;
  if exists (select from howdah.application_registry a where a.name = rename_application.name) then
    raise exception 'there is an application "%" already', name
      using errcode = 'HWAPP', hint = format('Tasks are handed over one by one: npx howdah apps release %s TASK.', application);
  end if;
  lock table howdah.task_versions in share row exclusive mode; -- as whoever has news does, so nobody announces meanwhile
  perform from howdah.tasks t where t.application = rename_application.application order by t.name for update;
  perform howdah.refuse_living_workers('{}', application, false);
  update howdah.application_registry a set name = rename_application.name where a.name = application;
  update howdah.tasks t set application = rename_application.name where t.application = rename_application.application;
  update howdah.cron_entries e set application = rename_application.name where e.application = rename_application.application;
  update howdah.crontab_versions v set application = rename_application.name where v.application = rename_application.application;
  update howdah.migrations m set application = rename_application.name
  where m.application = rename_application.application
    and not exists (select from howdah.migrations o where o.application = rename_application.name and o.name = m.name);
  update howdah.application_grants g set application = rename_application.name
  where g.application = rename_application.application
    and not exists (select from howdah.application_grants o
                    where (o.application, o.kind, o.object, o.privilege) = (rename_application.name, g.kind, g.object, g.privilege));
  perform howdah.record_change('apps.rename', '{}', jsonb_build_object('application', application, 'name', name));
end;
$$;

comment on function howdah.rename_application is
  'Gives an application another name, with its tasks and schedules. Refused while a worker lives that has the old name.';

-- howdah.known_application(name): raises HWNOA when there is none of that name, with those there are as a hint.
create function howdah.known_application(name text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from howdah.application_registry a where a.name = known_application.name) then
    raise exception 'unknown application %', coalesce('"' || known_application.name || '"', 'null')
      using errcode = 'HWNOA',
            hint = howdah.name_hint(known_application.name, array(select a.name from howdah.application_registry a), 'Applications');
  end if;
end;
$$;

-- howdah.refuse_in_use(tasks, application, with_jobs): raises HWAPP while a worker lives that can run one of the tasks, or is
-- of the application (null: any), or, unless with_jobs, while a job of them is there that has not ended.
create function howdah.refuse_in_use(tasks text[], application text, with_jobs boolean) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_queue record;
  v_task text;
  v_count bigint;
begin
  perform howdah.refuse_living_workers(tasks, application, true);
  if with_jobs then
    return;
  end if;
  for v_queue in select r.name, r.schema_name from howdah.queue_registry r order by r.name loop
    execute format('select t.identifier, count(*) from %1$I._private_jobs j join %1$I._private_tasks t on t.id = j.task_id
                    where t.identifier = any ($1) group by 1 order by 1 limit 1', v_queue.schema_name)
    into v_task, v_count using tasks;
    if v_task is not null then
      raise exception '% of task "%" % in queue "%"', case v_count when 1 then '1 job' else v_count || ' jobs' end, v_task,
        case v_count when 1 then 'is' else 'are' end, v_queue.name
        using errcode = 'HWAPP', hint = format(
          'Let them end, or cancel them: npx howdah cancel --task %s. Whoever has the task next may not take their payloads; with --with-jobs it gets them as they are.',
          v_task);
    end if;
  end loop;
end;
$$;

-- howdah.refuse_living_workers(tasks, application, with_nameless): raises HWAPP while a worker lives that can run one of the
-- tasks, or is of the application; with_nameless counts workers of versions before names as its own, where they are. Those
-- not heard of for 10 s are retired, so that they do not go on should they be there after all.
create function howdah.refuse_living_workers(tasks text[], application text, with_nameless boolean) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_runner record;
begin
  for v_runner in
    select r.token, r.host, r.pid, r.queue, howdah.is_alive(r) as is_alive
    from howdah.runners r
    where r.retired_at is null
      and (r.tasks && refuse_living_workers.tasks
           or case when with_nameless then coalesce(r.application, howdah.nameless_application()) else r.application end
              = refuse_living_workers.application)
    order by r.started_at
  loop
    if v_runner.is_alive then
      raise exception 'a worker of it is at work: host %, process %, queue "%"', v_runner.host, coalesce(v_runner.pid::text, 'none (over HTTP)'), v_runner.queue
        using errcode = 'HWAPP', hint = 'Stop it, or deploy a version without what is to be handed over; then try again.';
    end if;
    perform howdah.retire_runner(v_runner.token, 'no heartbeat for 10 s', 'cut_off');
  end loop;
end;
$$;

-- howdah.forget_tasks(names): takes tasks out of the catalogue, in all their versions.
create function howdah.forget_tasks(names text[]) returns void
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  delete from howdah.task_versions v where v.task = any (names);
  delete from howdah.tasks t where t.name = any (names);
$$;
