-- howdah.task_routes: where the jobs of each task go, as the workers say that live and serve its queue: one row a task and place. While a
-- deployment rolls they may differ, and so have several rows. No row for a task that no worker has: only workers know routes.
create view howdah.task_routes as
select t.name as task, coalesce(r.routes ->> t.name, 'postgres') as route, count(distinct r.process)::integer as workers
from howdah.tasks t
join howdah.runners r on r.queue = t.queue and t.name = any (r.tasks)
where r.retired_at is null and not r.is_leaving
group by t.name, coalesce(r.routes ->> t.name, 'postgres');

comment on view howdah.task_routes is 'Where the jobs of each task go, as its queue''s workers say: one row a task and place.';
comment on column howdah.task_routes.task is 'The task, as in howdah.tasks.name.';
comment on column howdah.task_routes.route is
  'As in ROUTES: postgres where they run here, rabbitmq:exchange/key, rabbitmq:queue, kafka:topic, or the host of an address.';
comment on column howdah.task_routes.workers is 'Processes that have its jobs go there.';
