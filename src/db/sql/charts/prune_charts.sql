-- howdah.prune_charts(rolled_until, max_rows): removes minutes that are two days old and have become part of an hour, and hours
-- that are 30 days old, at most so many rows of each table; returns how many.
create function howdah.prune_charts(rolled_until timestamptz, max_rows integer) returns integer
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  with tasks as (
    delete from howdah.chart_tasks t using (
      (select o.step, o.at, o.queue, o.task from howdah.chart_tasks o
       where o.step = interval '1 minute' and o.at < least(rolled_until, now() - interval '2 days')
       order by o.at limit max_rows)
      union all
      (select o.step, o.at, o.queue, o.task from howdah.chart_tasks o
       where o.step = interval '1 hour' and o.at < now() - interval '30 days' order by o.at limit max_rows)
      limit max_rows) old
    where (t.step, t.at, t.queue, t.task) = (old.step, old.at, old.queue, old.task)
    returning 1
  ), queues as (
    delete from howdah.chart_queues q using (
      (select o.step, o.at, o.queue from howdah.chart_queues o
       where o.step = interval '1 minute' and o.at < least(rolled_until, now() - interval '2 days')
       order by o.at limit max_rows)
      union all
      (select o.step, o.at, o.queue from howdah.chart_queues o
       where o.step = interval '1 hour' and o.at < now() - interval '30 days' order by o.at limit max_rows)
      limit max_rows) old
    where (q.step, q.at, q.queue) = (old.step, old.at, old.queue)
    returning 1
  )
  select greatest((select count(*) from tasks), (select count(*) from queues))::integer
$$;
