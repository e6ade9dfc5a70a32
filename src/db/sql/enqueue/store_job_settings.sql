-- howdah.store_job_settings(): BEFORE INSERT trigger function of the queues' job tables (queue_job_settings.sql).
--
-- The engine's add_job takes flags as names only and stores each with the value true. Howdah passes its settings as one
-- such name, 'howdah:' and a JSON object; this makes it flags.howdah. It also fires for the row an existing key turns
-- into an update, so a replaced job gets the settings of the replacement. Raises HWOPT for what is none, as anybody may call
-- add_job, and each look at the job would fail by it.
create function howdah.store_job_settings() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_flag text;
  v_given text;
  v_mistake text;
begin
  select f into v_flag from jsonb_object_keys(new.flags) f where starts_with(f, 'howdah:');
  if found then
    v_given := substr(v_flag, length('howdah:') + 1);
    v_mistake := howdah.settings_mistake(v_given);
    if v_mistake is not null then
      raise exception 'flags: howdah: %', v_mistake
        using errcode = 'HWOPT', hint = 'howdah.enqueue has these settings as options.';
    end if;
    new.flags := (new.flags - v_flag) || jsonb_build_object('howdah', v_given::jsonb);
  end if;
  return new;
end;
$$;

-- howdah.settings_mistake(given): what is wrong with a job's settings (job_settings.sql) as text, of those that are cast where
-- they are read; null when nothing is.
create function howdah.settings_mistake(given text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_settings jsonb;
  v_place text := 'its settings';
  v_value text := given;
  v_expected text := 'a JSON object';
begin
  v_settings := given::jsonb;
  if jsonb_typeof(v_settings) <> 'object' then
    return format('%s: expected %s, received %s', v_place, v_expected, left(v_value, 200));
  end if;
  v_expected := 'an instant, e.g. "2026-11-21T08:00:00Z"';
  foreach v_place in array array['deadline', 'run_at', 'debounced_since'] loop
    v_value := v_settings ->> v_place;
    perform v_value::timestamptz;
  end loop;
  v_place := 'timeout_ms';
  v_expected := 'a whole number of milliseconds';
  v_value := v_settings ->> v_place;
  perform v_value::bigint;
  return null;
exception when data_exception then
  return format('%s: expected %s, received %s', v_place, v_expected, left(v_value, 200));
end;
$$;
