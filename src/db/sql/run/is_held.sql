-- howdah.is_held(job_id, queue, worker, locked_at): whether a job is still the run's that asks (lock_run.sql), as far as
-- is committed. Locks nothing.
create function howdah.is_held(job_id bigint, queue text, worker text, locked_at timestamptz) returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_is_held boolean;
begin
  execute format(
    'select exists (
       select from %I._private_jobs j
       where j.id = $1 and j.locked_by = $2 and j.locked_at > $3 - interval ''1 ms'' and j.locked_at < $3 + interval ''2 ms'')',
    howdah.queue_schema(queue))
  into v_is_held using job_id, worker, locked_at;
  return v_is_held;
end;
$$;
