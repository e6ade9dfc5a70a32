-- BEFORE UPDATE trigger of one queue's job table: the engine's own add_job, called with a key as it stands in that table (such as
-- howdah:<task>:<key>), replaces a waiting job without knowing of sequences. The job keeps its place in its sequence: parked, it
-- wishes to run when it would have run.
create function howdah.keep_sequence() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_settings jsonb := coalesce(new.flags -> 'howdah', '{}') || jsonb_build_object('sequence', old.flags #> '{howdah,sequence}');
begin
  if exists (select from howdah.sequence_jobs s where s.job_id = old.id and s.is_parked) then
    v_settings := v_settings || jsonb_build_object('run_at', case
      when isfinite(new.run_at) then to_jsonb(howdah.iso_instant(new.run_at)) else old.flags #> '{howdah,run_at}' end);
    update howdah.sequence_jobs s set run_at = new.run_at where s.job_id = old.id and isfinite(new.run_at);
    new.run_at := 'infinity';
  end if;
  new.flags := coalesce(new.flags, '{}') || jsonb_build_object('howdah', v_settings);
  return new;
end;
$$;
