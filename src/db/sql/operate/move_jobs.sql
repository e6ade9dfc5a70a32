-- howdah.move_jobs(filter, states, at, max_jobs, dry_run): what howdah.run_jobs_now and howdah.reschedule_jobs share. Sets
-- the run_at of the waiting jobs that fit the filter and are in one of the states; returns how many. Jobs that wait for
-- their turn in a sequence are left out, though dry_run counts them.
create function howdah.move_jobs(filter jsonb, states text[], at timestamptz, max_jobs integer, dry_run boolean)
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_batch record;
  v_count integer := 0;
begin
  if dry_run then
    return (select count(*) from howdah.select_jobs(filter, states, max_jobs));
  end if;
  for v_batch in
    select r.schema_name, array_agg(j.job_id) as ids
    from howdah.select_jobs(filter, states, max_jobs) j
    join howdah.queue_registry r on r.name = j.job_queue
    group by r.schema_name order by r.schema_name
  loop
    v_count := v_count + howdah.move_waiting_jobs(
      v_batch.schema_name,
      array(select l.job_id from howdah.lock_free_jobs(v_batch.schema_name, v_batch.ids) l
            where not l.is_running and not l.is_parked),
      at);
  end loop;
  return v_count;
end;
$$;
