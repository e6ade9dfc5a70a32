-- howdah.write_in_sequence(job, wanted, settings): write_job for a job of a sequence: takes its turn there, and parks it behind the
-- others. Returns what is stored, and for a parked job when it wants to run.
create function howdah.write_in_sequence(
  job howdah.job_options, wanted timestamptz, settings jsonb,
  out id bigint, out run_at timestamptz, out max_attempts integer
)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_is_parked constant boolean := howdah.enter_sequence(job.sequence);
  v_settings constant jsonb := case
    when v_is_parked then settings || jsonb_build_object('run_at', howdah.iso_instant(coalesce(wanted, clock_timestamp())))
    else settings end;
  v_written constant record := howdah.write_job(job, case when v_is_parked then 'infinity' else wanted end, v_settings);
begin
  id := v_written.id;
  max_attempts := v_written.max_attempts;
  run_at := case when v_is_parked then coalesce(wanted, clock_timestamp()) else v_written.run_at end;
  insert into howdah.sequence_jobs (sequence, job_id, queue, is_parked, run_at)
  values (job.sequence, write_in_sequence.id, job.queue, v_is_parked, wanted);
end;
$$;
