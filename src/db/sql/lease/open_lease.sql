-- howdah.open_lease(worker, tasks, max_jobs, lease_ms, queue): a worker over HTTP enters the register as a runner of its own
-- kind; returns its token, which names the lease. It holds nothing yet (take_jobs.sql).
--
-- worker: its name for people; max_jobs: how many jobs it has at once; lease_ms: for how long it lives without a word;
-- queue: where it takes them, that of its tasks unless told. Its jobs are locked under <worker>/<the begin of its token>.
--
-- Raises HWTSK and HWQUE for what is not known, HWOPT for tasks of several queues, HWLIM when 1,000 workers over HTTP live in
-- that queue, and HWCPY in a copy of the database (installation.sql). That limit is against workers that open a lease for each job, and takes no
-- lock, which would have all who open one wait for each other's commit: those that are opened at the same moment do not count each
-- other. So as many more may live as transactions were opening one when the thousandth committed: each has a connection of an API.
create function howdah.open_lease(worker text, tasks text[], max_jobs integer, lease_ms integer, queue text default null) returns uuid
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  c_max_leases constant integer := 1000;
  v_token constant uuid := gen_random_uuid();
  v_queue constant text := coalesce(queue, howdah.home_queue(tasks));
  v_applications text[];
begin
  perform howdah.claim_installation();
  perform howdah.hold_queue(v_queue);
  perform howdah.queue_schema(v_queue); -- once nobody is removing it any more
  v_applications := array(select distinct (howdah.known_task(t)).application from unnest(tasks) t);
  if (select count(*) >= c_max_leases from howdah.runners r
      where r.queue = v_queue and r.kind = 'lease' and r.retired_at is null and r.expires_at > clock_timestamp()) then
    raise exception '% leases live in the queue %', c_max_leases, v_queue
      using errcode = 'HWLIM', hint = 'Keep a lease and take more jobs by it, rather than a new one for each.';
  end if;
  insert into howdah.runners (token, queue, kind, host, concurrency, pool_id, process, tasks, granted, life_shown, lease_ms,
                              expires_at, application)
  values (v_token, v_queue, 'lease', worker, max_jobs, worker || '/' || left(replace(v_token::text, '-', ''), 12),
          howdah.iso_instant(clock_timestamp()) || ' ' || v_token, tasks, 0, false, open_lease.lease_ms,
          clock_timestamp() + open_lease.lease_ms * interval '1 ms',
          case when cardinality(v_applications) = 1 then v_applications[1] end);
  return v_token;
end;
$$;

-- howdah.home_queue(tasks): the queue that is home to all of them. Raises HWOPT when they have several.
create function howdah.home_queue(tasks text[]) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_queues constant text[] := array(select distinct (howdah.known_task(t)).queue from unnest(tasks) t order by 1);
begin
  if cardinality(v_queues) > 1 then
    raise exception 'tasks: expected tasks of one queue, received some of %', array_to_string(v_queues, ', ')
      using errcode = 'HWOPT', hint = 'Take a lease for each queue, or name the queue that their jobs are in.';
  end if;
  return v_queues[1];
end;
$$;
