-- howdah.shut_gate(runner, task): what keeps the runner from beginning runs of the task: the broker, why and since when. A row of
-- nulls when nothing does, as far as its latest heartbeat said.
create function howdah.shut_gate(runner howdah.runners, task text, out broker text, out because text, out since timestamptz)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select gate ->> 'name', gate ->> 'because', (gate ->> 'since')::timestamptz
  from jsonb_array_elements(runner.gates) gate where gate -> 'tasks' ? task
  limit 1
$$;

-- howdah.count_waiting(tasks, most): how many jobs of these tasks are available, in all queues; at most so many. Reads the
-- available jobs of each queue in the engine's order, until it has found as many.
create function howdah.count_waiting(tasks text[], most integer default 10000) returns integer
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_schema text;
  v_found integer;
  v_count integer := 0;
begin
  for v_schema in select q.schema_name from howdah.queue_registry q order by q.name loop
    exit when v_count >= most;
    execute format(
      'select count(*) from (select from %1$I._private_jobs j
       where j.is_available and j.run_at <= now()
         and j.task_id = any (array(select t.id from %1$I._private_tasks t where t.identifier = any ($1))) limit $2) found', v_schema)
    into v_found using tasks, most - v_count;
    v_count := v_count + v_found;
  end loop;
  return v_count;
end;
$$;

-- howdah.say_waiting(task): how many of its jobs are available, as "3 jobs of the task mail wait".
create function howdah.say_waiting(task text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select format(case when w.count > 10000 then 'more than 10000 jobs of the task %s wait'
                     when w.count = 1 then '1 job of the task %s waits'
                     else '%2$s jobs of the task %1$s wait' end, task, w.count)
  from howdah.count_waiting(array[task], 10001) w (count)
$$;

-- howdah.brokers(): the brokers that jobs go to, and whether the workers that hand them over reach them, as their latest
-- heartbeats said: one row a broker, no row where no job goes to one. Takes milliseconds while all are reached.
create function howdah.brokers() returns table (
  broker text, workers integer, down_in integer, since timestamptz, because text, tasks text[], waiting integer, hosts text[]
)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  select b.broker, b.workers, b.down_in, b.since, b.because, b.tasks,
         case when b.down_in > 0 then howdah.count_waiting(b.tasks) else 0 end, b.hosts
  from (
    select gate ->> 'name' as broker, count(distinct r.process)::integer as workers,
           count(distinct r.process) filter (where shut.yes)::integer as down_in,
           min((gate ->> 'since')::timestamptz) filter (where shut.yes) as since,
           (array_agg(gate ->> 'because' order by gate ->> 'since') filter (where shut.yes))[1] as because,
           coalesce(array_agg(distinct task order by task) filter (where task is not null), '{}') as tasks,
           coalesce(array_agg(distinct r.host order by r.host) filter (where shut.yes), '{}') as hosts
    from howdah.runners r
    cross join lateral jsonb_array_elements(r.gates) gate
    cross join lateral (select gate ->> 'because' is not null as yes) shut
    left join lateral jsonb_array_elements_text(gate -> 'tasks') task on true
    where howdah.is_alive(r)
    group by gate ->> 'name'
  ) b
  order by b.broker
$$;

comment on function howdah.brokers() is
  'The brokers that jobs go to, one row each, as the latest heartbeats said: how many workers hand jobs over to it, in how many of them it cannot be reached, since when and why, which tasks wait there, how many of their jobs are available (10,000 for as many or more; 0 while it is reached), and the hosts of those workers.';
