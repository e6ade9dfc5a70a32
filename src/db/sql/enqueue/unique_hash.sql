-- howdah.unique_hash(job, queue): the key under which a job to enqueue is unique; null when it need not be.
--
-- unique_key is the task's own: another task may use the same words. Without one, jobs are the same when queue, task
-- and canonical payload (jsonb: order of members and white space do not matter) are. A payload that jsonb cannot hold was
-- refused by then (payload_shape.sql, unstorable_text.sql).
create function howdah.unique_hash(job howdah.job_options, queue text) returns bytea
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if job.unique_key is not null then
    return sha256(convert_to(jsonb_build_array('key', job.task, job.unique_key)::text, 'UTF8'));
  end if;
  if job.unique_for is not null then
    return sha256(convert_to(jsonb_build_array('payload', unique_hash.queue, job.task,
                                               coalesce(job.payload, '{}')::jsonb)::text, 'UTF8'));
  end if;
  return null;
end;
$$;
