-- howdah.duplicate_of(holder): the answer to an enqueue whose unique key is held: the holder, marked as a duplicate.
-- run_at and max_retries are null when the holder ends this very moment.
create function howdah.duplicate_of(holder howdah.unique_locks)
returns table (job_id bigint, job_queue text, job_run_at timestamptz, job_max_retries integer, is_duplicate boolean)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  execute format(
    'select coalesce((j.flags #>> ''{howdah,run_at}'')::timestamptz, j.run_at), j.max_attempts - 1
     from %I._private_jobs j where j.id = $1', howdah.queue_schema(holder.queue))
  into job_run_at, job_max_retries using holder.job_id;
  job_id := holder.job_id;
  job_queue := holder.queue;
  is_duplicate := true;
  return next;
end;
$$;
