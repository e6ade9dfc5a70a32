-- howdah.lock_run(job_id, queue, worker, locked_at): locks the row of a job against a change of hands if the very run
-- that asks holds it: the run of that worker pool that was fetched at locked_at, to the millisecond. Returns its
-- attempt; null, and locks nothing, when the job is not that run's any more.
--
-- FOR SHARE conflicts with all that can take the job from the run: rescue, unlocking, completion, failure. So either the
-- caller commits first and what it wrote counts, or the other does and the caller finds nothing.
create function howdah.lock_run(job_id bigint, queue text, worker text, locked_at timestamptz) returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_attempt integer;
begin
  execute format(
    'select j.attempts from %I._private_jobs j
     where j.id = $1 and j.locked_by = $2 and j.locked_at > $3 - interval ''1 ms'' and j.locked_at < $3 + interval ''2 ms''
     for share', howdah.queue_schema(queue))
  into v_attempt using job_id, worker, locked_at;
  return v_attempt;
end;
$$;
