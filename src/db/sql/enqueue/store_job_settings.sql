-- howdah.store_job_settings(): BEFORE INSERT trigger function of the queues' job tables (queue_job_settings.sql).
--
-- The engine's add_job takes flags as names only and stores each with the value true. Howdah passes its settings as one
-- such name, 'howdah:' and a JSON object; this makes it flags.howdah. It also fires for the row an existing key turns
-- into an update, so a replaced job gets the settings of the replacement.
create function howdah.store_job_settings() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_flag text;
begin
  select f into v_flag from jsonb_object_keys(new.flags) f where starts_with(f, 'howdah:');
  if found then
    new.flags := (new.flags - v_flag) || jsonb_build_object('howdah', substr(v_flag, length('howdah:') + 1)::jsonb);
  end if;
  return new;
end;
$$;
