-- howdah.explain_route(job): where a job goes that has not ended, as a sentence with a space before it; empty where it runs here, and where
-- no worker says. job is its row of howdah.jobs. It is for its worker to say, if it has one, else for those that may take it.
create function howdah.explain_route(job record) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_routes constant text[] := array(
    select distinct coalesce(r.routes ->> job.task, 'postgres')
    from howdah.runners r
    where r.queue = job.queue and job.task = any (r.tasks) and r.retired_at is null
      and case when job.worker is null then not r.is_leaving else r.pool_id = job.worker end
    order by 1);
begin
  return case when v_routes <@ '{postgres}' then ''
              when cardinality(v_routes) = 1 then format(' It is handed to %s.', v_routes[1])
              else format(' Workers differ in where it goes: %s.', array_to_string(v_routes, ', ')) end;
end;
$$;
