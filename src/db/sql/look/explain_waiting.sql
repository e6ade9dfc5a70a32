-- howdah.explain_waiting(job): cause, explanation and remedy of a job that no worker has; job is its row of howdah.jobs.
--
-- Several things can keep a job at once. The cause is the first of: that the database is a copy, its payload's version, its turn in a sequence, its time, a
-- transaction that holds it, what is wrong with its queue, the job ahead of it with its queue_name, other jobs. What the job or its
-- queue would wait for even then is told behind it, with its own remedy, and so is a deadline that will have passed.
create function howdah.explain_waiting(job record, out cause text, out explanation text, out remedy text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_deadline text;
begin
  with obstacles as (
    select 'copy' as cause, p.problem as explanation, 'npx howdah adopt decides; jobs run within seconds after that.' as remedy
    from howdah.installation_problem() p (problem) where p.problem is not null
    union all select * from howdah.explain_version(job)
    union all select * from howdah.explain_own_wait(job)
    union all select * from howdah.explain_lock(job)
    union all select * from howdah.explain_queue(job.queue, job.task)
    union all select * from howdah.explain_queue_name(job)
  ), numbered as (
    select o.*, row_number() over () as place from obstacles o where o.cause is not null
  )
  select (array_agg(n.cause order by n.place))[1], string_agg(n.explanation, ' ' order by n.place),
         string_agg(n.remedy, ' ' order by n.place)
    into cause, explanation, remedy from numbered n;
  if cause is null then
    select e.* into cause, explanation, remedy from howdah.explain_turn(job) e;
  end if;
  if job.deadline <= greatest(clock_timestamp(), job.run_at) then
    explanation := explanation || format(' As its deadline is %s, it will be discarded instead of run.', job.deadline);
    remedy := remedy || ' Enqueue it anew to have it run.';
  end if;
end;
$$;

-- What the job itself waits for: its turn in a sequence or its time; cause null when for neither.
create function howdah.explain_own_wait(job record, out cause text, out explanation text, out remedy text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  select s.* into cause, explanation, remedy from howdah.explain_sequence(job) s;
  if cause is null and job.run_at is null then
    cause := 'scheduled';
    explanation := 'It is scheduled for infinity, as graphile-worker''s add_job takes it: it runs when somebody says so.';
    remedy := format('select howdah.run_job_now(%s) makes it available at once.', job.id);
  elsif cause is null and job.run_at > clock_timestamp() then
    cause := case job.state when 'retryable' then 'retryable' else 'scheduled' end;
    explanation := case job.state
      when 'retryable' then case when howdah.was_misfit(job)
        then format('A worker gave it back (%s); the next run is at %s.', job.last_error, job.run_at)
        else format('Run %s of %s failed (%s); the next is at %s.', job.attempt, job.max_attempts, job.last_error, job.run_at) end
      else format('It is scheduled for %s.', job.run_at) end;
    remedy := format('select howdah.run_job_now(%s) makes it available at once.', job.id);
  end if;
end;
$$;

-- What keeps all jobs of the queue or of the task, in the order of the causes; no row when nothing does.
create function howdah.explain_queue(queue text, task text) returns table (cause text, explanation text, remedy text)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select 'paused', format('The queue %s is paused since %s%s.', s.queue, s.paused_at, ' by ' || s.paused_by),
         format('select howdah.resume_queue(%L) lets it go on.', s.queue)
  from howdah.queue_settings s where s.queue = explain_queue.queue and s.paused_at is not null
  union all
  select case when w.count = 0 then 'no_worker' else 'no_worker_knows_task' end,
         case when w.count = 0 then format('No live worker serves the queue %s%s.', explain_queue.queue, '; one was last heard of at ' || w.heard_at)
              when w.is_announced
                then format('Workers serve the queue %s, but none of them knows the task %s.', explain_queue.queue, explain_queue.task)
              else format('No worker knows the task %s yet: no process has announced it.', explain_queue.task) end,
         case when w.count = 0 then format('Start a worker whose QUEUES names %s, or one over HTTP that leases its jobs.', explain_queue.queue)
              else format('Deploy a worker with the file tasks/%1$s.ts, or start one over HTTP that leases %1$s.', explain_queue.task) end
  from (
    select count(*) filter (where alive.yes) as count, max(r.heartbeat_at) as heard_at,
           exists (select from howdah.tasks t where t.name = explain_queue.task) as is_announced,
           coalesce(bool_or(r.tasks = '{}' or explain_queue.task = any (r.tasks)) filter (where alive.yes), false) as is_known
    from howdah.runners r
    cross join lateral (select howdah.is_alive(r) and not r.is_leaving as yes) alive
    where r.queue = explain_queue.queue
  ) w
  where not w.is_known
  union all
  select 'broker_down', format('The broker %s takes no messages since %s (%s): %s for it.',
                               b.broker, b.since, b.because, howdah.say_waiting(explain_queue.task)),
         format('They go out by themselves when %s is back; npx howdah doctor tells which workers do not reach it.', b.broker)
  from (
    select bool_and(gate.broker is not null) as is_down, max(gate.broker) as broker, min(gate.since) as since,
           (array_agg(gate.because order by r.heartbeat_at desc))[1] as because
    from howdah.runners r
    cross join lateral howdah.shut_gate(r, explain_queue.task) gate
    where r.queue = explain_queue.queue and howdah.is_alive(r) and not r.is_leaving
      and (r.tasks = '{}' or explain_queue.task = any (r.tasks))
  ) b
  where b.is_down
  union all
  select 'stalled', format('The workers of the queue %s begin no run, as the database does not take the ends of those before: %s.',
                           explain_queue.queue, max(r.trouble)),
         'They go on by themselves when what the database says is mended; npx howdah doctor looks for it.'
  from howdah.runners r
  where r.queue = explain_queue.queue and howdah.is_alive(r) and not r.is_leaving
  having bool_and(r.is_stalled)
$$;

-- Of jobs with one queue_name of the engine's (as a plain add_job gives) one is out at a time; cause null when none is.
create function howdah.explain_queue_name(job record, out cause text, out explanation text, out remedy text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_other record;
begin
  execute format(
    'select q.queue_name as name, q.locked_at, q.locked_by, r.token is not null as is_registered,
            (select min(o.id) from %1$I._private_jobs o where o.id = any (r.running) and o.job_queue_id = q.id) as ahead
     from %1$I._private_jobs j
     join %1$I._private_job_queues q on q.id = j.job_queue_id and not q.is_available
     left join howdah.runners r on r.pool_id = q.locked_by
     where j.id = $1', howdah.queue_schema(job.queue))
  into v_other using job.id;
  if v_other.name is not null then
    cause := 'queue_name';
    explanation := format('It is behind %s with its queue_name %s, which the worker %s holds since %s.',
                          coalesce('job ' || v_other.ahead, 'another job'), v_other.name, v_other.locked_by, v_other.locked_at);
    remedy := 'It starts when its turn comes; jobs with one queue_name run one at a time.'
      || case when v_other.is_registered then ''
              else ' That worker is not registered with Howdah: if it is dead, force_unlock_workers of the engine''s schema frees them.' end;
  end if;
end;
$$;

-- Which other jobs it waits for, when nothing else keeps it.
create function howdah.explain_turn(job record, out cause text, out explanation text, out remedy text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_limit integer := (select s.fleet_concurrency from howdah.queue_settings s where s.queue = job.queue);
  v_places bigint := (select coalesce(sum(case when r.kind = 'lease' then r.concurrency else coalesce(r.granted, r.concurrency) end), 0)
                      from howdah.runners r
                      where r.queue = job.queue and howdah.is_alive(r) and not r.is_leaving);
  v_running bigint[] := array(select unnest(r.running) from howdah.runners r where r.queue = job.queue and r.released_at is null);
  v_ahead integer := howdah.jobs_ahead(job);
begin
  remedy := 'It starts when its turn comes; more workers or a higher concurrency in QUEUES would be sooner.';
  if v_limit <= cardinality(v_running) then
    cause := 'fleet_full';
    explanation := format(case v_limit when 1 then 'The whole fleet may run %s job of the queue %s at once, and does: %s.'
                                       else 'The whole fleet may run %s jobs of the queue %s at once, and does: %s.' end,
                          v_limit, job.queue, howdah.list_ids(v_running));
    remedy := format('It starts when its turn comes; select howdah.set_fleet_concurrency(%L, …) changes the limit.', job.queue);
  elsif v_places = 0 then
    cause := 'fleet_full';
    explanation := format(case v_limit when 1 then 'The workers of the queue %s are still agreeing on who has the only place that the whole fleet has.'
                                       else 'The workers of the queue %s are still sharing out the %s jobs that the whole fleet may run at once.' end,
                          job.queue, v_limit);
    remedy := 'They do so within seconds.';
  elsif cardinality(v_running) >= v_places then
    cause := 'queue_full';
    explanation := format(case v_places when 1 then 'The only place of the queue %2$s is taken, by job %3$s.'
                                        else 'All %1$s places of the queue %2$s are taken, by jobs %3$s.' end,
                          v_places, job.queue, howdah.list_ids(v_running));
  elsif v_ahead >= v_places then
    cause := 'turn';
    explanation := format('Jobs of the queue %s run all the time, and it waits for its turn.', job.queue);
  else
    cause := 'next';
    explanation := 'Nothing keeps it: a worker is about to take it.';
    remedy := 'If this stays so, look for long transactions and locks: npx howdah doctor.';
  end if;
  explanation := explanation || case
    when v_ahead > 1000 then ' More than 1000 waiting jobs go before it.'
    when v_ahead > 1 then format(' %s waiting jobs go before it.', v_ahead)
    when v_ahead = 1 then ' 1 waiting job goes before it.'
    else '' end;
end;
$$;

-- howdah.jobs_ahead(job): how many available jobs of its queue a worker takes before this one: more urgent ones, and those
-- of its priority that are due earlier; of those due at the same instant, as jobs of one batch are, the older ones, which
-- is about the engine's order. 1001 when more than 1000. Reads the engine's index from its beginning, priority by priority.
create function howdah.jobs_ahead(job record) returns integer
language plpgsql stable
set search_path = pg_catalog, pg_temp
set enable_bitmapscan = off -- reads all it matches, where a scan of the index stops at the limit; likewise a sort
set enable_sort = off
as $$
declare
  v_count integer;
begin
  execute format(
    'with recursive priorities as (
       (select j.priority from %1$I._private_jobs j where j.is_available order by j.priority limit 1)
       union all
       select (select j.priority from %1$I._private_jobs j
               where j.is_available and j.priority > p.priority order by j.priority limit 1)
       from priorities p where p.priority < $1
     )
     select count(*)
     from (select from priorities p
           cross join lateral (
             select from %1$I._private_jobs j
             where j.is_available and j.priority = p.priority
               and j.run_at <= case when p.priority < $1 then now() else $2 end
               and (p.priority < $1 or j.run_at < $2 or j.id < $3)
             order by j.run_at limit 1001) waiting
           where p.priority <= $1
           limit 1001) capped', howdah.queue_schema(job.queue))
  into v_count using job.priority, job.run_at, job.id;
  return v_count;
end;
$$;
