-- howdah.unique_hash(job, queue): the key under which a job to enqueue is unique; null when it need not be.
--
-- unique_key is the task's own: another task may use the same words. Without one, jobs are the same when queue, task
-- and canonical payload (jsonb: order of members and white space do not matter) are.
-- Raises HWOPT when the payload has no canonical form (a number beyond numeric).
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
exception when data_exception then
  raise exception 'unique_for: expected a unique_key beside it, received a payload that has no canonical form (%)', sqlerrm
    using errcode = 'HWOPT', hint = 'unique_for alone compares payloads; with a unique_key it need not.';
end;
$$;
