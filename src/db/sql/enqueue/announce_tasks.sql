-- howdah.announce_tasks(definitions, application, host): says which versions of its tasks a process has, at its start and
-- every five minutes. definitions: [{"name", "version", "queue", "max_retries", "timeout_ms", "payload_schema", "order_by"}, …]; processes
-- of a version before that know of no order_by.
--
-- A task belongs to the application that announced it first. Raises HWAPP, and changes nothing, where one of them is
-- another's. Null for application is a process of a version before names: it is never refused, so that it can go on
-- beside newer ones, and its tasks are whosever they are (nameless_application() for new ones).
--
-- howdah.tasks shows each task in its newest version, the one that was seen last for the first time. So a process that
-- starts again with an older one changes nothing there. Only when nobody has had the newest for an hour (see
-- versions_around.sql), as after a deployment was taken back, the version that is announced takes its place.
--
-- A queue that was removed is made again where a task is at home there in its newest version.
--
-- Whoever has news locks task_versions against other writers until its transaction ends, before it writes anything, so
-- that two who announce at once are numbered one after the other and the later one sees the earlier. Others read on.
create function howdah.announce_tasks(definitions jsonb, application text default null, host text default null) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_application constant text := howdah.application_named(application);
begin
  if exists (select from howdah.announced_tasks(definitions) d
             where not exists (select from howdah.tasks t
                               where t.name = d.name and t.version = d.version
                                 and t.application = coalesce(announce_tasks.application, t.application))) then
    lock table howdah.task_versions in share row exclusive mode;
    if application is not null then
      perform howdah.refuse_foreign('task', array_agg(t.name order by t.name), t.application, v_application, host)
      from howdah.announced_tasks(definitions) d join howdah.tasks t using (name)
      where t.application <> v_application
      group by t.application;
    end if;
    perform howdah.number_versions(definitions);
    perform howdah.restore_queue(home.queue) -- before rows of howdah.tasks are locked, as a worker that registers does
    from (select distinct v.queue
          from howdah.announced_tasks(definitions) d join howdah.task_versions v on v.task = d.name and v.version = d.version
          where v.number = (select max(n.number) from howdah.task_versions n where n.task = v.task)
          order by 1) home;
    insert into howdah.tasks as known (name, version, queue, max_retries, timeout_ms, payload_schema, order_by,
                                       first_seen_at, application)
    select v.task, v.version, v.queue, v.max_retries, v.timeout_ms, v.payload_schema, v.order_by, v.first_seen_at,
           v_application
    from howdah.announced_tasks(definitions) d
    join howdah.task_versions v on v.task = d.name and v.version = d.version
    where v.number = (select max(n.number) from howdah.task_versions n where n.task = v.task)
    on conflict (name) do update
      set version = excluded.version, queue = excluded.queue, max_retries = excluded.max_retries,
          timeout_ms = excluded.timeout_ms, payload_schema = excluded.payload_schema, order_by = excluded.order_by,
          first_seen_at = excluded.first_seen_at, updated_at = clock_timestamp()
      where known.version is distinct from excluded.version;
    perform howdah.keep_payload_checks();
  end if;
  update howdah.task_versions v set last_seen_at = clock_timestamp()
  from howdah.announced_tasks(definitions) d
  where v.task = d.name and v.version = d.version and v.last_seen_at < clock_timestamp() - interval '1 minute';
  perform howdah.enter_application(application, host);
end;
$$;

-- Numbers what is new, and anew what takes the place of a newest that is gone. The caller holds the lock.
create function howdah.number_versions(definitions jsonb) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into howdah.task_versions (task, version, number, queue, max_retries, timeout_ms, payload_schema, order_by)
  select d.name, d.version,
         (select coalesce(max(v.number), 0) + 1 from howdah.task_versions v where v.task = d.name),
         d.queue, d.max_retries, d.timeout_ms, d.payload_schema, d.order_by
  from howdah.announced_tasks(definitions) d
  on conflict do nothing;

  update howdah.task_versions v set number = newest.number + 1
  from howdah.announced_tasks(definitions) d
  cross join lateral (select n.* from howdah.task_versions n where n.task = d.name order by n.number desc limit 1) newest
  where v.task = d.name and v.version = d.version and newest.version <> d.version
    and not exists (select from howdah.versions_around(d.name) a where a.version = newest.version);
end;
$$;

create function howdah.announced_tasks(definitions jsonb)
returns table (name text, version text, queue text, max_retries integer, timeout_ms integer, payload_schema jsonb, order_by text)
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select * from jsonb_to_recordset(definitions)
    as d (name text, version text, queue text, max_retries integer, timeout_ms integer, payload_schema jsonb, order_by text)
$$;
