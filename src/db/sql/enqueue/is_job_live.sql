-- howdah.is_job_live(queue, job_id, setting, value): whether the queue holds that job, with that text under
-- flags.howdah. False also when the queue is gone. Reads only: a job whose end is not committed yet is live.
create function howdah.is_job_live(queue text, job_id bigint, setting text, value text) returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_schema text;
  v_is_live boolean;
begin
  select r.schema_name into v_schema from howdah.queue_registry r where r.name = is_job_live.queue;
  if v_schema is null or to_regclass(format('%I._private_jobs', v_schema)) is null then
    return false;
  end if;
  execute format(
    'select exists (select from %I._private_jobs j where j.id = $1 and j.flags #>> array[''howdah'', $2] = $3)', v_schema)
  into v_is_live using is_job_live.job_id, setting, value;
  return v_is_live;
end;
$$;
