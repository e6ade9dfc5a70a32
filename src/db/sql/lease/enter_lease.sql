-- howdah.enter_lease(lease): the runner of a worker over HTTP whose lease this is, which lives for its time from now on; and until
-- the transaction ends, this session is that runner's. Raises HWLEA for a lease that is over, or never was.
--
-- Locks the runner's row until the transaction ends. Whoever retires it updates that row as well, so what a lease does is wholly
-- before its end or is refused. That takes the place of what a runner with sessions of its own needs (release_runner.sql):
-- sessions of the API work for all leases in turn, and none of them has to be found or ended.
create function howdah.enter_lease(lease uuid) returns howdah.runners
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_lease howdah.runners;
begin
  update howdah.runners r
  set heartbeat_at = clock_timestamp(), expires_at = clock_timestamp() + r.lease_ms * interval '1 ms'
  where r.token = lease and r.kind = 'lease' and r.retired_at is null
  returning r.* into v_lease;
  if not found then
    perform howdah.refuse_lease(lease);
  end if;
  perform set_config('howdah.lease', lease::text, true);
  return v_lease;
end;
$$;

-- howdah.refuse_lease(lease): raises HWLEA, with why it is over where that is known.
create function howdah.refuse_lease(lease uuid) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception 'lease % is over%', lease,
    coalesce((select ': ' || r.retired_because from howdah.runners r where r.token = lease), ', or never was')
    using errcode = 'HWLEA', hint = 'Its jobs are others'' now: stop working on them, and take a new lease.';
end;
$$;

-- howdah.run_id(job_id, locked_at): names one run of a job for who leases it: a job that comes back is another run.
create function howdah.run_id(job_id bigint, locked_at timestamptz) returns text
language sql immutable
set search_path = pg_catalog, pg_temp
as $$ select job_id || '-' || (extract(epoch from locked_at) * 1000000)::bigint $$;

-- howdah.job_of_run(run): the job of it; null for a text that names none.
create function howdah.job_of_run(run text) returns bigint
language sql immutable
set search_path = pg_catalog, pg_temp
as $$ select case when run ~ '^[1-9][0-9]{0,17}-[0-9]{1,18}$' then split_part(run, '-', 1)::bigint end $$;
