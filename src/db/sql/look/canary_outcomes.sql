-- howdah.canary_outcomes(canary): how each job of a canary went, the newest first; no row when there is no such canary.
--
-- outcome: waiting, running, failed (with its error; is_over false while it is to be tried again), completed, cancelled, gone (it
-- ended, and nobody kept how). What it was when the job ended for the first time stays, whatever becomes of the job later.
create function howdah.canary_outcomes(canary bigint)
returns table (job_id bigint, outcome text, error text, is_over boolean, ended_at timestamptz)
language plpgsql stable security definer rows 5
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select c.job_id, coalesce(c.outcome, seen.outcome, 'gone'),
         case when c.outcome is null then seen.error else c.error end,
         coalesce(c.outcome is not null or seen.is_over, true), coalesce(c.ended_at, seen.ended_at)
  from howdah.canary_jobs c
  left join lateral howdah.canary_sight(c.job_id) seen on c.outcome is null
  where c.canary_id = canary_outcomes.canary
  order by c.job_id desc;
end;
$$;

comment on function howdah.canary_outcomes is
  'How each job of a canary (howdah.canaries) went: waiting, running, failed (is_over false while it is tried again), completed, cancelled or gone.';

-- howdah.canary_sight(id): the same of a job as it is now; outcome null when it is nowhere.
create function howdah.canary_sight(id bigint, out outcome text, out error text, out is_over boolean, out ended_at timestamptz)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  select case when j.state = 'discarded' or j.finished_at is null and j.state <> 'running' and j.last_error is not null then 'failed'
              when j.finished_at is not null or j.state = 'running' then j.state
              else 'waiting' end,
         j.last_error, j.finished_at is not null, j.finished_at
  into outcome, error, is_over, ended_at
  from howdah.jobs j where j.id = canary_sight.id;
end;
$$;
