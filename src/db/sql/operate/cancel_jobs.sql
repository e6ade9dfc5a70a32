-- howdah.cancel_jobs(filter…, reason, max_jobs, dry_run): howdah.cancel_job for every live job that fits the filter, the
-- oldest first; returns how many. Filter parts by name, each optional: queue, task, state (scheduled, available,
-- retryable or running; all of them unless told), created_before, created_after, error_like (as with ilike, on the latest
-- error), key, payload_contains (as with jsonb's @>). At most max_jobs (1 to 100000, 1000 if it is
-- null). dry_run only counts, all that fit if max_jobs is null.
-- Jobs that a worker takes or ends at this very moment are left out. Raises HWQUE and HWOPT for a filter that is wrong.
create function howdah.cancel_jobs(
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
    'cancel',
    howdah.job_filter(queue, task, state, created_before, created_after, error_like, key, payload_contains, failure,
                      sequence, trace, attempts_above, attempts_below),
    array['scheduled', 'available', 'retryable', 'running'], max_jobs, dry_run, reason);
end;
$$;

comment on function howdah.cancel_jobs is
  'Cancels every live job that fits all parts of the filter given (queue, task, state, created_before, created_after, error_like as with ilike on the last error, key, payload_contains as with jsonb''s @>), at most max_jobs (1 to 100000, or 1000 if it is null), the oldest first; returns how many, 0 when none fits. With dry_run it only counts, all that fit if max_jobs is null.';
