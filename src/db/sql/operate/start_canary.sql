-- howdah.start_canary(failure, max_jobs, reason): retries the newest max_jobs (1 to 100) discarded jobs of a group of failures
-- (failure_groups.sql), and remembers them as a canary of the group; returns its id in howdah.canaries. Each step is that of
-- howdah.act_on_jobs, with its row in howdah.audit_log. Jobs that cannot be retried just now, or that somebody else retries or
-- removes this moment, are passed over for the next. Raises HWOPT, and HWSTA when no job can be retried.
--
-- Locks the rows of the jobs, and the group against other canaries: the second of two that start at once takes the next jobs.
create function howdah.start_canary(failure text, max_jobs integer default 5, reason text default null) returns bigint
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_candidates bigint[];
  v_ids bigint[];
  v_done bigint[] := '{}';
  v_like record;
  v_canary bigint;
begin
  if max_jobs is null or max_jobs not between 1 and 100 then
    raise exception 'max_jobs: expected 1 to 100, received %', coalesce(max_jobs::text, 'null')
      using errcode = 'HWOPT', hint = 'howdah.retry_jobs(failure => …) retries all.';
  end if;
  perform howdah.check_filter(jsonb_build_object('failure', coalesce(failure, '')));
  perform pg_advisory_xact_lock(hashtext('howdah.start_canary'), hashtext(failure));
  v_candidates := array(select howdah.find_jobs(
    jsonb_build_object('failure', start_canary.failure, 'state', 'discarded'), greatest(100, 10 * max_jobs)));
  select h.task, howdah.normalised_error(h.last_error) as error into v_like
  from howdah.job_history h where h.id = v_candidates[1];
  while cardinality(v_done) < max_jobs loop
    v_ids := howdah.lock_discarded(v_candidates, failure, max_jobs - cardinality(v_done));
    exit when v_ids = '{}';
    v_candidates := array(select c from unnest(v_candidates) c where c <> all (v_ids));
    v_done := v_done || array(
      select howdah.act_on_jobs('retry', v_ids, details => jsonb_build_object('failure', start_canary.failure, 'canary', true, 'reason', reason)));
  end loop;
  if v_done = '{}' then
    raise exception 'failure %: expected a discarded job that can be retried, received none', failure
      using errcode = 'HWSTA', hint = 'select * from howdah.failure_groups() shows the groups there are.';
  end if;
  insert into howdah.canaries (failure, task, error, job_ids, started_by, reason)
  values (failure, v_like.task, v_like.error, array(select d from unnest(v_done) d order by d desc), howdah.actor(), reason)
  returning id into v_canary;
  insert into howdah.canary_jobs (canary_id, job_id) select v_canary, d from unnest(v_done) d;
  return v_canary;
end;
$$;

comment on function howdah.start_canary is
  'Retries the newest max_jobs (1 to 100) discarded jobs of a group of failures and remembers them as a canary; returns its id. howdah.canary_outcomes tells how they went.';

-- howdah.lock_discarded(ids, failure, max_jobs): the newest of the jobs that are discarded in that group, locked; without those that
-- somebody has locked. Whoever retried or pruned one meanwhile deleted the row that was found.
create function howdah.lock_discarded(ids bigint[], failure text, max_jobs integer) returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  return array(
    select h.id from howdah.job_history h
    where h.id = any (ids) and h.state = 'discarded' and howdah.failure_id(h.task, h.last_error) = lock_discarded.failure
    order by h.id desc limit max_jobs for update skip locked);
end;
$$;
