-- howdah.reschedule_jobs(at, filter…, max_jobs, dry_run): howdah.reschedule_job for every waiting job that fits the filter;
-- returns how many. The filter is that of howdah.cancel_jobs, its states scheduled, available and retryable. Jobs that
-- wait for their turn in a sequence are left out, though dry_run counts them. Raises HWOPT when at is no instant of the years 1 to 9999.
create function howdah.reschedule_jobs(
  at timestamptz,
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
  perform howdah.check_instant(at);
  return howdah.act_on_filter(
    'reschedule',
    howdah.job_filter(queue, task, state, created_before, created_after, error_like, key, payload_contains, failure,
                      sequence, trace, attempts_above, attempts_below),
    array['scheduled', 'available', 'retryable'], max_jobs, dry_run, at => at);
end;
$$;

comment on function howdah.reschedule_jobs is
  'Sets the earliest instant of the next run of every waiting job that fits the filter (that of howdah.cancel_jobs), at most max_jobs; returns how many. With dry_run it only counts.';
