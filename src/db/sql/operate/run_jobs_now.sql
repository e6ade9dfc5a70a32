-- howdah.run_jobs_now(filter…, max_jobs, dry_run): howdah.run_job_now for every job that fits the filter and waits for its
-- time; returns how many. The filter is that of howdah.cancel_jobs, its states scheduled and retryable. Jobs that wait for
-- their turn in a sequence are left out, though dry_run counts them.
create function howdah.run_jobs_now(
  queue text default null,
  task text default null,
  state text default null,
  created_before timestamptz default null,
  created_after timestamptz default null,
  error_like text default null,
  key text default null,
  payload_contains jsonb default null,
  max_jobs integer default null,
  dry_run boolean default false,
  failure text default null,
  sequence text default null,
  trace text default null,
  attempts_above integer default null,
  attempts_below integer default null
) returns integer
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return howdah.act_on_filter(
    'run_now',
    howdah.job_filter(queue, task, state, created_before, created_after, error_like, key, payload_contains, failure,
                      sequence, trace, attempts_above, attempts_below),
    array['scheduled', 'retryable'], max_jobs, dry_run);
end;
$$;

comment on function howdah.run_jobs_now is
  'Makes every job that fits the filter (that of howdah.cancel_jobs) and waits for its time available at once, at most max_jobs; returns how many. With dry_run it only counts.';
