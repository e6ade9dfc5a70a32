-- howdah.move_waiting_jobs(schema_name, ids, at): sets the run_at of waiting jobs of one queue and wakes the workers;
-- returns how many. A job without an attempt left gets all of them again. The caller holds their row locks and knows
-- that they wait and that none is parked.
create function howdah.move_waiting_jobs(schema_name text, ids bigint[], at timestamptz) returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count integer;
begin
  execute format(
    'update %I._private_jobs j
     set run_at = $2, updated_at = now(), attempts = case when j.attempts >= j.max_attempts then 0 else j.attempts end
     where j.id = any ($1)', schema_name)
  using ids, at;
  get diagnostics v_count = row_count;
  if at <= clock_timestamp() then
    perform howdah.announce_jobs(v_count);
  end if;
  return v_count;
end;
$$;
