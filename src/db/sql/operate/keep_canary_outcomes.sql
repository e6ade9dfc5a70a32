-- howdah.keep_canary_outcome(finished): keeps how a job ended that is about to leave the history, for the canary that it is of, if
-- it is of one that does not know yet. The caller has taken the job's row out, so nobody else does so at the same time.
create function howdah.keep_canary_outcome(finished howdah.job_history) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  update howdah.canary_jobs c
  set outcome = case finished.state when 'discarded' then 'failed' else finished.state end, error = finished.last_error,
      ended_at = finished.finished_at
  where c.job_id = finished.id and c.outcome is null;
end;
$$;

-- howdah.keep_canary_outcomes(): the same for all that have ended by now, before upkeep removes them; and removes canaries of more
-- than 90 days ago. A job that is nowhere after a minute was not kept when it ended. Passes over rows that somebody has locked.
create function howdah.keep_canary_outcomes() returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  update howdah.canary_jobs c
  set outcome = coalesce(s.outcome, 'gone'), error = s.error, ended_at = coalesce(s.ended_at, clock_timestamp())
  from (select o.canary_id, o.job_id from howdah.canary_jobs o join howdah.canaries k on k.id = o.canary_id
        where o.outcome is null and k.started_at < clock_timestamp() - interval '1 minute'
        order by o.job_id limit 1000 for update of o skip locked) open
  cross join lateral howdah.canary_sight(open.job_id) s
  where c.canary_id = open.canary_id and c.job_id = open.job_id and s.is_over is distinct from false;
  delete from howdah.canaries k
  where k.id in (select o.id from howdah.canaries o where o.started_at < clock_timestamp() - interval '90 days'
                 order by o.id limit 100 for update skip locked);
end;
$$;
