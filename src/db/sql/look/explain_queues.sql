-- howdah.explain_queues(behind_seconds): the queues that are behind: a row for each whose oldest available job has waited for so
-- long, with why that job does not run, as howdah.explain_job says. No row where none is. Reads only, and at a cost that does
-- not grow with the number of jobs: of each queue the first job of each priority, 200 priorities at most, the least urgent
-- first. Of jobs that a worker has taken and that wait there it knows nothing.
create function howdah.explain_queues(behind_seconds double precision default 30)
returns table (
  queue text, job_id bigint, waited_seconds double precision, cause text, explanation text, remedy text
)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set jit = off
set enable_bitmapscan = off -- reads all it matches, where a scan of the index stops at the first; likewise a sort
set enable_sort = off
as $$
declare
  v_queue record;
  v_job record;
begin
  for v_queue in select r.name, r.schema_name from howdah.queue_registry r order by r.name loop
    execute format(
      'with recursive known as (
         (select j.priority from %1$I._private_jobs j where j.is_available order by j.priority desc limit 1)
         union all
         select (select j.priority from %1$I._private_jobs j
                 where j.is_available and j.priority < k.priority order by j.priority desc limit 1)
         from known k where k.priority is not null
       ), firsts as materialized (
         select f.id, f.run_at
         from (select k.priority from known k where k.priority is not null limit 200) p
         cross join lateral (
           select j.id, j.run_at from %1$I._private_jobs j
           where j.is_available and j.priority = p.priority and j.run_at <= now() - make_interval(secs => $1)
           order by j.run_at limit 1
         ) f
       )
       select f.id, f.run_at from firsts f order by f.run_at limit 1', v_queue.schema_name)
    into v_job using greatest(behind_seconds, 0);
    if v_job.id is not null then
      return query
      select v_queue.name, v_job.id, extract(epoch from now() - v_job.run_at)::double precision, e.cause, e.explanation, e.remedy
      from howdah.explain_job(v_job.id) e;
    end if;
  end loop;
end;
$$;

comment on function howdah.explain_queues is
  'The queues that are behind: one row for each whose oldest available job has waited for at least so many seconds, with the job and why it does not run: cause (as of howdah.explain_job), explanation and remedy.';
