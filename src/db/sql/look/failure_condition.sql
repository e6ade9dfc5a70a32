-- howdah.failure_pattern(normalised): a pattern of like that every error fits which normalises to this.
create function howdah.failure_pattern(normalised text) returns text
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select '%' || regexp_replace(replace(replace(replace(normalised, E'\\', E'\\\\'), '%', E'\\%'), '_', E'\\_'), E'[…\\s]+', '%', 'g') || '%'
$$;

-- howdah.failure_example(failure): task and normalised error of a group of failures (failure_groups.sql), as a canary of it has
-- them, else its newest job among the newest 10000 that failed; no row when there is none.
create function howdah.failure_example(failure text) returns table (task text, normalised text)
language plpgsql stable rows 1
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select c.task, coalesce(c.error, '') from howdah.canaries c
  where c.failure = failure_example.failure order by c.id desc limit 1;
  if found then
    return;
  end if;
  return query
  select f.task, coalesce(howdah.normalised_error(f.last_error), '')
  from howdah.failed_jobs(10000) f
  where howdah.failure_id(f.task, f.last_error) = failure_example.failure
  limit 1;
end;
$$;

-- howdah.failure_condition(failure, task): that a job is in the group; null when none is asked for. task is SQL for the name of the
-- job's task. An id says nothing of the error it was made of, and to normalise the errors of a million jobs takes a minute: so an
-- example of the group gives a pattern first, which rules nearly all others out at a hundredth of the cost.
create function howdah.failure_condition(failure text, task text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select concat_ws(' and ',
    (select format('%s = %L and coalesce(j.last_error, %L) like %L', failure_condition.task, e.task, '', howdah.failure_pattern(e.normalised))
     from howdah.failure_example(failure_condition.failure) e),
    format('howdah.failure_id(%s, j.last_error) = %L', failure_condition.task, failure_condition.failure))
  where failure_condition.failure is not null
$$;
