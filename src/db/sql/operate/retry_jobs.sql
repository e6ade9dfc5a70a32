-- howdah.retry_jobs(filter…, max_jobs, dry_run): howdah.retry_job for every job that fits the filter; returns how many.
-- The filter is that of howdah.cancel_jobs; without a state it means discarded and retryable jobs, and scheduled,
-- cancelled and completed ones only when asked for by name. Jobs that cannot be retried just now (another has their key,
-- their deadline passed, they wait for their turn in a sequence) are left out, though dry_run counts them.
create function howdah.retry_jobs(
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
    'retry',
    howdah.job_filter(queue, task, state, created_before, created_after, error_like, key, payload_contains, failure,
                      sequence, trace, attempts_above, attempts_below),
    case when state is null then array['discarded', 'retryable']
         else array['discarded', 'retryable', 'scheduled', 'cancelled', 'completed'] end,
    max_jobs, dry_run);
end;
$$;

comment on function howdah.retry_jobs is
  'Runs every job that fits the filter (that of howdah.cancel_jobs) again, discarded and retryable ones unless a state is given; at most max_jobs; returns how many. With dry_run it only counts.';
