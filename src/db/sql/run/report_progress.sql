-- howdah.report_progress(job_id, queue, worker, locked_at, percent, message): stores how far a run is.
-- Returns whether it was stored: not when the job is not that run's any more (lock_run.sql).
-- A result is a run's last word, so one that is there already is an earlier run's, and goes.
create function howdah.report_progress(
  job_id bigint, queue text, worker text, locked_at timestamptz, percent real, message text
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
  insert into howdah.job_reports (job_id, attempt, worker, progress, progress_message)
  values (report_progress.job_id, v_attempt, report_progress.worker, percent, message)
  on conflict on constraint job_reports_pkey do update
  set attempt = excluded.attempt, worker = excluded.worker, progress = excluded.progress,
      progress_message = excluded.progress_message, result = null, result_note = null,
      updated_at = clock_timestamp();
  return true;
end;
$$;
