-- howdah.end_run(job_id, queue, worker, locked_at, failure): ends one run as the engine's own statements do for a batch:
-- completes the job, or with a failure takes its lock off and stores that text, from which queue_apply_verdict.sql makes
-- what was decided. For a worker whose batch failed, to find out for which of its jobs, and to try each again.
--
-- Returns what the job is by that: completed, cancelled, discarded, or waiting. When the job is not that run's any more
-- (lock_run.sql), it changes nothing, so that it may be called any number of times: an earlier try did it and its answer was
-- lost, then the state in which that very run left the history; or the job was given to another, or waits, or is not kept: null.
-- Frees the job's queue_name, as the engine calls what it runs one at a time.
create function howdah.end_run(
  job_id bigint, queue text, worker text, locked_at timestamptz, failure text default null
) returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_schema constant text := howdah.queue_schema(queue);
  v_is_this_run constant text :=
    'where j.id = $1 and j.locked_by = $2 and j.locked_at > $3 - interval ''1 ms'' and j.locked_at < $3 + interval ''2 ms''
     returning j.job_queue_id, (select d.state from howdah.decided_ends(array[j.id]) d)';
  v_lane integer;
  v_decided text;
  v_count integer;
begin
  if failure is null then
    execute format('delete from %I._private_jobs j %s', v_schema, v_is_this_run)
    into v_lane, v_decided using job_id, worker, locked_at;
  else
    execute format(
      'update %I._private_jobs j
       set last_error = $4, locked_by = null, locked_at = null,
           run_at = greatest(now(), j.run_at) + exp(least(j.attempts, 10)) * interval ''1 second'' %s', v_schema, v_is_this_run)
    into v_lane, v_decided using job_id, worker, locked_at, failure;
  end if;
  get diagnostics v_count = row_count;
  if v_lane is not null then
    execute format('update %I._private_job_queues q set locked_by = null, locked_at = null where q.id = $1 and q.locked_by = $2',
                   v_schema) using v_lane, worker;
  end if;
  if v_count > 0 then
    return coalesce(v_decided, case when failure is null then 'completed' else 'waiting' end);
  end if;
  return (select h.state from howdah.job_history h
          where h.id = job_id and h.worker = end_run.worker and h.started_at > end_run.locked_at - interval '1 ms'
            and h.started_at < end_run.locked_at + interval '2 ms');
end;
$$;
