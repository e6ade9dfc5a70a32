-- howdah.report_results(queue, job_ids, workers, locked_at, results, notes): report_result.sql for many runs of one queue, one at the
-- same place of each array, by one statement. Returns the places, from 1, of those that were stored: not of a job that is not its
-- run's any more, and the others are none the worse for that. Of two for one run the later one counts.
--
-- The rows are locked as lock_run.sql locks one, in the order of the jobs, as whoever locks several of them does. A row that another
-- transaction had is looked at again once that is over: what took the job from its run by then is seen.
create function howdah.report_results(
  queue text, job_ids bigint[], workers text[], locked_at timestamptz[], results jsonb[], notes text[]
) returns integer[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_places integer[];
begin
  execute format(
    'with held as (
       select g.place::integer, j.id, j.attempts, j.locked_by, g.result, g.note
       from unnest($1, $2, $3, $4, $5) with ordinality g (job_id, worker, locked_at, result, note, place)
       join %I._private_jobs j
         on j.id = g.job_id and j.locked_by = g.worker
            and j.locked_at > g.locked_at - interval ''1 ms'' and j.locked_at < g.locked_at + interval ''2 ms''
       order by j.id
       for share of j
     ), stored as (
       insert into howdah.job_reports (job_id, attempt, worker, result, result_note)
       select distinct on (h.id) h.id, h.attempts, h.locked_by, h.result, h.note from held h order by h.id, h.place desc
       on conflict on constraint job_reports_pkey do update
       set attempt = excluded.attempt, worker = excluded.worker, result = excluded.result,
           result_note = excluded.result_note, updated_at = clock_timestamp()
     )
     select array_agg(h.place) from held h', howdah.queue_schema(queue))
  into v_places using job_ids, workers, locked_at, results, notes;
  return coalesce(v_places, '{}');
end;
$$;
