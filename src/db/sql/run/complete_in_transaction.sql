-- howdah.complete_in_transaction(job_id, queue, worker, locked_at, result, note): completes a job in the caller's transaction,
-- so that the handler's own writes and the job's completion commit together or not at all.
-- Returns as what the job ends with the commit: completed; cancelled, when somebody had cancelled it by then.
--
-- Raises HWLST when the job is not that run's any more: it was rescued, unlocked, completed. Both orders are safe, since
-- this and what takes the job away lock the same row: whoever comes second finds it gone, or in other hands.
-- Frees the job's queue_name, as the engine calls what it runs one at a time, which the worker would do with a completion of its own.
-- Names the session after the runner until the transaction ends, for howdah.release_runner to find it (runner_backends.sql);
-- not as the runner's own sessions are named, since what else the transaction does is not the runner's doing.
create function howdah.complete_in_transaction(
  job_id bigint, queue text, worker text, locked_at timestamptz, result jsonb default null, note text default null
) returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_schema text := howdah.queue_schema(queue);
  v_lane integer;
  v_decided text;
  v_deleted integer;
begin
  if num_nonnulls(result, note) > 0 then
    perform howdah.report_result(job_id, queue, worker, locked_at, result, note);
  end if;
  execute format(
    'delete from %I._private_jobs j
     where j.id = $1 and j.locked_by = $2 and j.locked_at > $3 - interval ''1 ms'' and j.locked_at < $3 + interval ''2 ms''
     returning j.job_queue_id, (select d.state from howdah.decided_ends(array[j.id]) d)', v_schema)
  into v_lane, v_decided using job_id, worker, locked_at;
  get diagnostics v_deleted = row_count;
  if v_deleted = 0 then
    raise exception 'job % is not held by this run any more', job_id using errcode = 'HWLST';
  end if;
  perform set_config('application_name', 'howdah run:' || r.token, true) from howdah.runners r where r.pool_id = worker;
  if v_lane is not null then
    execute format('update %I._private_job_queues q set locked_by = null, locked_at = null where q.id = $1 and q.locked_by = $2',
                   v_schema) using v_lane, worker;
  end if;
  return coalesce(v_decided, 'completed');
end;
$$;
