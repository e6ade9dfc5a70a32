-- howdah.fetch_jobs(lease, size): locks up to so many jobs of its queue and tasks for a worker over HTTP; returns their ids. The
-- caller holds the lease's row (enter_lease.sql), and has the session be the lease's for the gate.
--
-- The engine's own fetch, word for word, but for the instant, which no two fetches of a lease may share, as it names their runs.
-- Source: graphile-worker 0.18.0, sql/getJobs.js.
--
-- A job that was aboard at a death is a suspect for poison: of those a worker has one at a time, as workers of ours do, so that
-- none is condemned for what another one did. Those beyond the first go back in the same transaction.
create function howdah.fetch_jobs(lease howdah.runners, size integer) returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_hashjoin = off -- ids are looked up by the primary key, whatever the statistics say
set enable_mergejoin = off
as $$
declare
  v_schema constant text := howdah.queue_schema(lease.queue);
  v_tasks integer[];
  v_taken bigint[];
  v_surplus bigint[];
begin
  execute format('select array_agg(t.id) from %I._private_tasks t where t.identifier = any ($1)', v_schema)
    into v_tasks using lease.tasks;
  execute format($fetch$
with j_raw as (
  select jobs.job_queue_id, jobs.priority, jobs.run_at, jobs.id
    from %1$I._private_jobs as jobs
    where jobs.is_available = true
    and run_at <= now()
    and task_id = any($2::int[])
    and (
      jobs.job_queue_id is null
      or
      jobs.job_queue_id in (
        select id
        from %1$I._private_job_queues as job_queues
        where job_queues.is_available = true
        for update
        skip locked
      )
    )
    order by priority asc, run_at asc
    limit $3
    for update
    skip locked
),
j as (
  select distinct on (job_queue_id, case when job_queue_id is null then id end)
      job_queue_id, priority, run_at, id
    from j_raw
    order by job_queue_id, case when job_queue_id is null then id end, priority asc, run_at asc
),
q as (
  update %1$I._private_job_queues as job_queues
    set
      locked_by = $1::text,
      locked_at = $4
    from j
    where job_queues.id = j.job_queue_id
),
taken as (
  update %1$I._private_jobs as jobs
    set
      attempts = jobs.attempts + 1,
      locked_by = $1::text,
      locked_at = $4
    from j
    where jobs.id = j.id
    returning jobs.*
),
suspects as (
  select s.id, row_number() over (order by s.priority, s.run_at, s.id) as place from taken s where s.flags ? 'howdah_deaths'
)
select (select array_agg(t.id) from taken t), (select array_agg(s.id) from suspects s where s.place > $5)$fetch$, v_schema)
  into v_taken, v_surplus
  using lease.pool_id, v_tasks, size, clock_timestamp(), case when howdah.has_suspect(lease) then 0 else 1 end;
  if v_surplus is null then
    return coalesce(v_taken, '{}');
  end if;
  perform howdah.hand_back(lease, v_surplus);
  return array(select id from unnest(v_taken) id where id <> all (v_surplus));
end;
$$;

-- howdah.has_suspect(lease): whether one of its runs under way is of a job that was aboard when a worker was lost.
create function howdah.has_suspect(lease howdah.runners) returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_has boolean := false;
begin
  if lease.running <> '{}' then
    execute format('select exists (select from %I._private_jobs j where j.id = any ($1) and j.flags ? ''howdah_deaths'')',
                   howdah.queue_schema(lease.queue)) into v_has using lease.running;
  end if;
  return v_has;
end;
$$;

-- howdah.hand_back(lease, ids): unlocks jobs that it holds and that have not begun, as the engine does with what it fetched ahead.
create function howdah.hand_back(lease howdah.runners, ids bigint[]) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  execute format(
    'with j as (
       update %1$I._private_jobs j set attempts = greatest(0, j.attempts - 1), locked_by = null, locked_at = null
       where j.id = any ($2) and j.locked_by = $1 returning j.job_queue_id
     )
     update %1$I._private_job_queues q set locked_by = null, locked_at = null
     from j where q.id = j.job_queue_id and q.locked_by = $1', howdah.queue_schema(lease.queue))
  using lease.pool_id, ids;
end;
$$;
