-- howdah.depth_<queue>(running): how many jobs of one queue wait, by state, at a cost that does not grow with their
-- number. running: how many the runners say are at work.
-- One row: available, scheduled, retryable, is_estimate, and oldest_run_at, the run_at of the job that has been
-- available longest, null when none is. A job that a worker holds but that is not at work is available here, and those
-- that wait in a worker's hands behind long runs count for oldest_run_at too, where all jobs are counted; the index knows
-- nothing of either. Takes no lock that a worker waits for.
--
-- A table of up to 128 pages is counted. In a bigger one the index tells whether at most 2,000 jobs are available, or
-- at most 2,000 lie in the future; such a number is exact. What is more is estimated from a sample (queue_sample.sql).
create function howdah.:"depth"(
  running bigint, out available bigint, out scheduled bigint, out retryable bigint, out is_estimate boolean,
  out oldest_run_at timestamptz
)
language plpgsql stable
set search_path = pg_catalog, pg_temp
set jit = off
set enable_bitmapscan = off -- reads all it matches, where a scan of the index stops at the limit; likewise a sort
set enable_sort = off
as $$
declare
  c_cap constant integer := 2000;
  v_priorities smallint[];
  v_sample record;
  v_held_run_at timestamptz;
begin
  -- One probe of the index a priority. At most 200, the least urgent first: those are the ones that starve.
  with recursive known as (
    (select j.priority from :"schema"._private_jobs j where j.is_available order by j.priority desc limit 1)
    union all
    select (select j.priority from :"schema"._private_jobs j
            where j.is_available and j.priority < k.priority order by j.priority desc limit 1)
    from known k where k.priority is not null
  )
  select array_agg(k.priority) into v_priorities
  from (select known.priority from known where known.priority is not null limit 200) k;

  select min(first.run_at) into oldest_run_at
  from unnest(v_priorities) p (priority)
  cross join lateral (
    select j.run_at from :"schema"._private_jobs j
    where j.is_available and j.priority = p.priority and j.run_at <= now()
    order by j.run_at limit 1
  ) first;

  is_estimate := false;
  if pg_relation_size(:'job_table'::regclass) <= 128 * current_setting('block_size')::bigint then
    select greatest(count(*) filter (where j.run_at <= now() or j.locked_at is not null) - running, 0),
           count(*) filter (where j.run_at > now() and j.locked_at is null and j.last_error is null),
           count(*) filter (where j.run_at > now() and j.locked_at is null and j.last_error is not null),
           min(j.run_at) filter (where j.locked_at is not null and exists (
             select from howdah.runners r
             where r.pool_id = j.locked_by and r.released_at is null and j.id <> all (r.running)))
      into available, scheduled, retryable, v_held_run_at
    from :"schema"._private_jobs j;
    oldest_run_at := least(oldest_run_at, v_held_run_at);
    return;
  end if;

  select count(*) into available
  from (select from unnest(v_priorities) p (priority)
        cross join lateral (
          select from :"schema"._private_jobs j
          where j.is_available and j.priority = p.priority and j.run_at <= now()
          order by j.run_at limit c_cap + 1
        ) waiting
        limit c_cap + 1) capped;
  select count(*) filter (where capped.last_error is null), count(*) filter (where capped.last_error is not null)
    into scheduled, retryable
  from (select later.last_error from unnest(v_priorities) p (priority)
        cross join lateral (
          select j.last_error from :"schema"._private_jobs j
          where j.is_available and j.priority = p.priority and j.run_at > now()
          order by j.run_at limit c_cap + 1
        ) later
        limit c_cap + 1) capped;

  if available > c_cap or scheduled + retryable > c_cap then
    is_estimate := true;
    select s.* into v_sample from howdah.:"sample"() s;
    if available > c_cap then
      available := greatest(v_sample.available - running, c_cap);
    end if;
    if scheduled + retryable > c_cap then
      scheduled := v_sample.scheduled;
      retryable := v_sample.retryable;
    end if;
  end if;
end;
$$;
