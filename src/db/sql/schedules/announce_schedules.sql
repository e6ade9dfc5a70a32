-- howdah.announce_schedules(entries): says which crontab a process has, at its start and every five minutes; howdah.schedules
-- shows the newest, as howdah.tasks does with tasks (announce_tasks.sql): the one that was seen last for the first time.
-- So a process that starts again with an older one changes nothing, unless nobody has had the newest for an hour.
-- entries: [{"identifier", "task", "queue", "cron", "options", "payload"}, …].
--
-- Whoever has news locks crontab_versions against other writers until its transaction ends, before it writes anything.
create function howdah.announce_schedules(entries json) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_version constant text := md5(entries::text);
  v_newest howdah.crontab_versions;
begin
  select v.* into v_newest from howdah.crontab_versions v order by v.number desc limit 1;
  if v_newest.version is distinct from v_version then
    lock table howdah.crontab_versions in share row exclusive mode;
    select v.* into v_newest from howdah.crontab_versions v order by v.number desc limit 1;
    insert into howdah.crontab_versions as known (version, number) values (v_version, coalesce(v_newest.number, 0) + 1)
    on conflict (version) do update set number = excluded.number
      where v_newest.last_seen_at < clock_timestamp() - interval '1 hour';
    if found then
      perform howdah.replace_cron_entries(entries);
    end if;
  end if;
  update howdah.crontab_versions v set last_seen_at = clock_timestamp()
  where v.version = v_version and v.last_seen_at < clock_timestamp() - interval '1 minute';
end;
$$;

-- howdah.replace_cron_entries(entries): these in place of what was there; an unchanged one is not rewritten.
create function howdah.replace_cron_entries(entries json) returns void
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  with wanted as (
    select * from json_to_recordset(entries)
      as entry (identifier text, task text, queue text, cron text, options jsonb, payload json)
  ), gone as (
    delete from howdah.cron_entries e
    where not exists (select from wanted n where n.identifier = e.identifier)
  )
  insert into howdah.cron_entries as known (identifier, task, queue, cron, options, payload)
  select identifier, task, queue, cron, options, payload from wanted order by identifier
  on conflict (identifier) do update
    set task = excluded.task, queue = excluded.queue, cron = excluded.cron, options = excluded.options,
        payload = excluded.payload, updated_at = clock_timestamp()
    where (known.task, known.queue, known.cron, known.options, known.payload::text)
      is distinct from (excluded.task, excluded.queue, excluded.cron, excluded.options, excluded.payload::text)
$$;
