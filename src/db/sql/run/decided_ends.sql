-- howdah.decided_ends(job_ids): what was decided of jobs before the statement that calls it ends their runs, or by its
-- triggers: an operator's cancellation, a verdict. One row a job of which something was (state: cancelled, discarded), in
-- no order; none for the others, which are completed by being deleted, and wait when they are not.
--
-- For the end of a statement that deletes jobs or takes their locks off, once it has done so: it is volatile and so sees
-- a cancellation that committed while that waited for a job's row, and what it reads is only removed by the triggers that
-- fire after the statement (queue_record_finished.sql). Locks nothing. By its setting each job is a probe of the primary key, also
-- where that was planned while the table was empty.
create function howdah.decided_ends(job_ids bigint[]) returns table (job_id bigint, state text)
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
begin
  return query select o.job_id, o.state from howdah.job_outcomes o where o.job_id = any (decided_ends.job_ids);
end;
$$;

-- howdah.decisions_of(job_ids): the same as one JSON object of states by the job's id; null where nothing was decided. A worker's
-- ends ask for this: as a value it takes half of what rows take, which of the end of one job was a tenth.
create function howdah.decisions_of(job_ids bigint[]) returns json
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
begin
  return (select json_object_agg(o.job_id, o.state) from howdah.job_outcomes o where o.job_id = any (decisions_of.job_ids));
end;
$$;
