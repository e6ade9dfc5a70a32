-- howdah.report_result(job_id, queue, worker, locked_at, result): stores a run's result, to be kept with the job if
-- this run completes it. Returns whether it was stored: not when the job is not that run's any more (lock_run.sql).
create function howdah.report_result(
  job_id bigint, queue text, worker text, locked_at timestamptz, result jsonb
) returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_attempt integer := howdah.lock_run(job_id, queue, worker, locked_at);
begin
  if v_attempt is null then
    return false;
  end if;
  insert into howdah.job_reports (job_id, attempt, worker, result)
  values (report_result.job_id, v_attempt, report_result.worker, report_result.result)
  on conflict on constraint job_reports_pkey do update
  set attempt = excluded.attempt, worker = excluded.worker, result = excluded.result, updated_at = clock_timestamp();
  return true;
end;
$$;
