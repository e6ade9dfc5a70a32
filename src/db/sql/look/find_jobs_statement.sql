-- howdah.find_jobs_statement(filter, max_jobs, before_id, after_id, newest_first): the statement that finds the first ids that
-- fit a checked filter, over the queues' tables and the history. Each table gives at most max_jobs rows in the order of its
-- primary key, so nothing is sorted but those and the finished jobs of a brief time; and one statement sees every job exactly
-- once, in whichever table it is by then.
--
-- Values stand in it as literals, so that the planner knows them, and a table in which nothing can fit is not in it.
create function howdah.find_jobs_statement(
  filter jsonb, max_jobs integer, before_id bigint, after_id bigint, newest_first boolean
) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  with places as materialized (
    select format('%I._private_jobs', r.schema_name) as name,
           howdah.live_conditions(
             filter, r.schema_name,
             is_big => pg_stat_get_live_tuples(format('%I._private_jobs', r.schema_name)::regclass) > 50000) as conditions,
           false as is_sorted_after
    from howdah.queue_registry r
    where r.name = coalesce(filter ->> 'queue', r.name)
    union all
    select 'howdah.job_history', howdah.history_conditions(filter),
           case when filter ?| '{finished_before,created_before}' then howdah.is_brief(filter) else false end
  ), page as (
    select concat_ws(' and ', 'j.id < ' || before_id, 'j.id > ' || after_id, howdah.common_conditions(filter)) as conditions,
           format('order by j.id %s limit %s', case when newest_first then 'desc' else 'asc' end, max_jobs) as ending
  ), selects as (
    select format(case when places.is_sorted_after then '(select j.id from (select j.id from %s j %s offset 0) j %s)'
                       else '(select j.id from %s j %s %s)' end, places.name,
                  'where ' || nullif(concat_ws(' and ', nullif(page.conditions, ''), nullif(places.conditions, '')), ''),
                  page.ending) as text
    from places, page
    where places.conditions is not null
  )
  select case when count(*) = 0 then 'select null::bigint where false'
              else format('select j.id from (%s) j %s', string_agg(selects.text, ' union all '), (select ending from page)) end
  from selects
$$;
