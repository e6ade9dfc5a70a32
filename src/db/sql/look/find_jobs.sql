-- howdah.find_jobs(filter, max_jobs, before_id, after_id, newest_first): ids of the jobs, live and finished, that fit every
-- part of the filter. What pages and the commands on many jobs ask; the statement is built in find_jobs_statement.sql.
--
-- Raises HWQUE for an unknown queue; HWTSK when nothing is on the first page and nobody knows the task; HWOPT for a filter
-- that is wrong and for a max_jobs out of range; 42501 to who may not select payloads and asks for one.
create function howdah.find_jobs(
  filter jsonb default '{}',
  max_jobs integer default 100,
  before_id bigint default null,
  after_id bigint default null,
  newest_first boolean default true
) returns setof bigint
language plpgsql stable security definer rows 100
set search_path = pg_catalog, pg_temp
as $$
declare
  v_is_first_page constant boolean := case when newest_first is not false then before_id else after_id end is null;
begin
  if filter is distinct from '{}' then
    perform howdah.check_filter(filter);
  end if;
  if max_jobs is null or max_jobs not between 1 and 100000 then
    raise exception 'max_jobs: expected 1 to 100000, received %', coalesce(max_jobs::text, 'null')
      using errcode = 'HWOPT', hint = 'For more, ask again with before_id, or repeat the command until it changes nothing.';
  end if;
  if filter = '{}' and newest_first is not false then
    return query select n from howdah.newest_jobs(max_jobs, before_id, after_id) n;
    return;
  end if;
  return query execute howdah.find_jobs_statement(filter, max_jobs, before_id, after_id, newest_first is not false);
  if not found and v_is_first_page and filter ->> 'task' is not null then
    perform howdah.known_task(filter ->> 'task');
  end if;
end;
$$;

comment on function howdah.find_jobs is
  'Ids of the live and finished jobs that fit every part of the filter, newest first unless told: at most max_jobs (1 to 100000), below before_id, above after_id. The filter is an object with any of queue, task, state (one or an array), created_before, created_after, finished_before, finished_after, error_like (as with ilike), worker, key, payload_contains (as with jsonb''s @>), search (an id, a key or part of an error), id (one or an array), sequence, trace (a trace id), failure (howdah.failure_groups), attempts_above, attempts_below.';
