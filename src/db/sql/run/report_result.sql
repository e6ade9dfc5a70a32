-- howdah.report_result(job_id, queue, worker, locked_at, result, note): stores a run's result, to be kept with the job if
-- this run completes it, and what of it could not be kept. Returns whether it was stored: not when the job is not that run's any more (lock_run.sql).
create function howdah.report_result(
  job_id bigint, queue text, worker text, locked_at timestamptz, result jsonb, note text default null
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
  insert into howdah.job_reports (job_id, attempt, worker, result, result_note)
  values (report_result.job_id, v_attempt, report_result.worker, report_result.result, report_result.note)
  on conflict on constraint job_reports_pkey do update
  set attempt = excluded.attempt, worker = excluded.worker, result = excluded.result,
      result_note = excluded.result_note, updated_at = clock_timestamp();
  return true;
end;
$$;
