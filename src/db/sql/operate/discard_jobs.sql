-- howdah.discard_jobs(filter…, reason, max_jobs, dry_run): howdah.discard_job for every waiting job that fits the filter;
-- returns how many. The filter is that of howdah.cancel_jobs, its states scheduled, available and retryable.
create function howdah.discard_jobs(
  queue text default null,
  task text default null,
  state text default null,
  created_before timestamptz default null,
  created_after timestamptz default null,
  error_like text default null,
  key text default null,
  payload_contains jsonb default null,
  reason text default null,
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
    'discard',
    howdah.job_filter(queue, task, state, created_before, created_after, error_like, key, payload_contains, failure,
                      sequence, trace, attempts_above, attempts_below),
    array['scheduled', 'available', 'retryable'], max_jobs, dry_run, reason);
end;
$$;

comment on function howdah.discard_jobs is
  'Discards every waiting job that fits the filter (that of howdah.cancel_jobs), at most max_jobs; returns how many. With dry_run it only counts.';
