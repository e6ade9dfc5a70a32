-- howdah.announce_schedules(entries, application, host): says which crontab a process has, at its start and every five minutes;
-- howdah.schedules shows the newest of each application, as howdah.tasks does with tasks (announce_tasks.sql): the one that
-- was seen last for the first time. So a process that starts again with an older one changes nothing, unless nobody has had
-- the newest for an hour. entries: [{"identifier", "task", "queue", "cron", "options", "payload"}, …].
--
-- Raises HWAPP, and changes nothing, where an entry's identifier is another application's. Null for application is a process
-- of a version before names: it is never refused, and others' entries are left alone.
--
-- Whoever has news locks crontab_versions against other writers until its transaction ends, before it writes anything. A queue of
-- theirs that was removed is made again.
create function howdah.announce_schedules(entries json, application text default null, host text default null) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_application constant text := howdah.application_named(application);
  v_version constant text := howdah.crontab_version(entries, v_application);
  v_newest howdah.crontab_versions;
begin
  v_newest := howdah.newest_crontab(v_application);
  if v_newest.version is distinct from v_version then
    lock table howdah.crontab_versions in share row exclusive mode;
    v_newest := howdah.newest_crontab(v_application);
    if application is not null then
      perform howdah.refuse_foreign('schedule', array_agg(e.identifier order by e.identifier), e.application, v_application, host)
      from json_to_recordset(entries) as entry (identifier text)
      join howdah.cron_entries e using (identifier)
      where e.application <> v_application
      group by e.application;
    end if;
    insert into howdah.crontab_versions as known (version, number, application)
    values (v_version, coalesce(v_newest.number, 0) + 1, v_application)
    on conflict (version) do update set number = excluded.number
      where v_newest.last_seen_at < clock_timestamp() - interval '1 hour';
    if found then
      perform howdah.restore_queue(e.queue)
      from (select distinct entry.queue from json_to_recordset(entries) as entry (queue text) order by 1) e;
      perform howdah.replace_cron_entries(entries, v_application);
    end if;
  end if;
  update howdah.crontab_versions v set last_seen_at = clock_timestamp()
  where v.version = v_version and v.last_seen_at < clock_timestamp() - interval '1 minute';
  perform howdah.enter_application(application, host);
end;
$$;

-- howdah.crontab_version(entries, application): names a crontab of an application; as before there were names for that
-- application which was alone then.
create function howdah.crontab_version(entries json, application text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select md5(case when application = howdah.nameless_application() then '' else application || ': ' end || entries::text)
$$;

create function howdah.newest_crontab(application text) returns howdah.crontab_versions
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select v.* from howdah.crontab_versions v where v.application = newest_crontab.application order by v.number desc limit 1
$$;

-- howdah.replace_cron_entries(entries, application): these in place of what the application had; an unchanged one is not
-- rewritten, and one of another application is left alone.
create function howdah.replace_cron_entries(entries json, application text) returns void
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  with wanted as (
    select * from json_to_recordset(entries)
      as entry (identifier text, task text, queue text, cron text, options jsonb, payload json)
  ), gone as (
    delete from howdah.cron_entries e
    where e.application = replace_cron_entries.application
      and not exists (select from wanted n where n.identifier = e.identifier)
  )
  insert into howdah.cron_entries as known (identifier, task, queue, cron, options, payload, application)
  select identifier, task, queue, cron, options, payload, replace_cron_entries.application from wanted order by identifier
  on conflict (identifier) do update
    set task = excluded.task, queue = excluded.queue, cron = excluded.cron, options = excluded.options,
        payload = excluded.payload, updated_at = clock_timestamp()
    where known.application = excluded.application
      and (known.task, known.queue, known.cron, known.options, known.payload::text)
      is distinct from (excluded.task, excluded.queue, excluded.cron, excluded.options, excluded.payload::text)
$$;
