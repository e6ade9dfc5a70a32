-- howdah.job_filter(…): the filter of howdah.find_jobs with the parts that are not null; what the commands by filter take.
create function howdah.job_filter(
  queue text, task text, state text, created_before timestamptz, created_after timestamptz, error_like text, key text,
  payload_contains jsonb, failure text, sequence text, trace text, attempts_above integer, attempts_below integer
) returns jsonb
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_strip_nulls(jsonb_build_object(
           'queue', queue, 'task', task, 'state', state, 'created_before', created_before, 'created_after', created_after,
           'error_like', error_like, 'key', key, 'failure', failure, 'sequence', sequence, 'trace', trace,
           'attempts_above', attempts_above, 'attempts_below', attempts_below))
         || case when payload_contains is null then '{}' else jsonb_build_object('payload_contains', payload_contains) end
$$;
