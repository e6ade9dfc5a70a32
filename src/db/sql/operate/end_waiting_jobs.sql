-- howdah.end_waiting_jobs(schema_name, ids, state, reason): takes waiting jobs of one queue out of it; returns how many.
-- They end as state says, cancelled or discarded, with the reason as their last error; their history is written by the
-- deletion (queue_record_finished.sql). The caller holds their row locks and knows that no worker has them.
create function howdah.end_waiting_jobs(schema_name text, ids bigint[], state text, reason text) returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count integer;
begin
  insert into howdah.job_outcomes (job_id, state, reason, decided_by)
  select job_id, end_waiting_jobs.state, end_waiting_jobs.reason, howdah.actor() from unnest(ids) job_id
  on conflict (job_id) do update
  set state = excluded.state, reason = excluded.reason, decided_by = excluded.decided_by;

  execute format('delete from %I._private_jobs j where j.id = any ($1)', schema_name) using ids;
  get diagnostics v_count = row_count;
  return v_count;
end;
$$;
