-- howdah.due_schedules(queue, entries): which entries of a process's crontab howdah.run_schedule should be called for now, by
-- their identifiers, and after how many milliseconds to ask again: at the database's next minute, whatever the clock of
-- whoever asks, or after 5 s while the queue is paused. Takes no lock.
--
-- entries: [{"identifier", "cron", "fill_ms"}, …]. An entry that cannot be read is due, so that it fails by itself and not all of them here.
create function howdah.due_schedules(queue text, entries json, out identifiers text[], out next_in_ms integer)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  next_in_ms := ceil(60000 - 1000 * mod(extract(epoch from clock_timestamp()), 60));
  if exists (select from howdah.queue_settings s where s.queue = due_schedules.queue and s.paused_at is not null) then
    identifiers := '{}';
    next_in_ms := least(next_in_ms, 5000);
    return;
  end if;
  execute format(
    'select coalesce(array_agg(e.identifier order by e.identifier), ''{}'')
     from json_to_recordset($1) as e (identifier text, cron text, fill_ms bigint)
     left join %I._private_known_crontabs k on k.identifier = e.identifier
     where case when k.identifier is null or howdah.cron_mistake(e.cron) is not null then true
                when howdah.is_in_future(greatest(k.known_since, k.last_execution)) then true
                else exists (select from howdah.due_minutes(e.cron, e.fill_ms, k.known_since, k.last_execution)) end',
    howdah.queue_schema(queue))
  into identifiers using entries;
end;
$$;

-- howdah.is_in_future(at): whether an instant is ahead of the database's clock by more than two machines may differ.
create function howdah.is_in_future(at timestamptz) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$ select coalesce(at > clock_timestamp() + interval '1 minute', false) $$;
