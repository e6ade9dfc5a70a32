-- howdah.explain_job(id): one row that says in words why a job is not running right now, or what it is doing, and what
-- would change that. Reads only. An unknown id gives a row too, with cause 'unknown'.
--
-- cause is one of: unknown, finished, running, taken, cancelling, sequence, scheduled, retryable, paused, no_worker,
-- no_worker_knows_task, fleet_full, queue_full, next.
create function howdah.explain_job(id bigint)
returns table (job_id bigint, state text, cause text, explanation text, remedy text)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_job record;
begin
  select j.* into v_job from howdah.jobs j where j.id = explain_job.id;
  if not found then
    return query select explain_job.id, null::text, 'unknown', format('There is no job %s.', explain_job.id),
      'It may have been removed when its retention was over, or never committed.';
  elsif v_job.finished_at is not null then
    return query select v_job.id, v_job.state, 'finished', howdah.explain_finished(v_job),
      'select howdah.retry_job(' || v_job.id || ') runs it again.';
  elsif v_job.state = 'running' then
    return query select v_job.id, v_job.state, e.* from howdah.explain_running(v_job) e;
  else
    return query select v_job.id, v_job.state, e.* from howdah.explain_waiting(v_job) e;
  end if;
end;
$$;

comment on function howdah.explain_job is
  'Why a job is not running right now, in words: one row with its state, cause (one word), explanation and remedy; cause unknown for an id there is no job of.';

create function howdah.explain_finished(job record) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return format('It was %s at %s after %s.%s', job.state, job.finished_at,
                case job.attempt when 1 then '1 run' else job.attempt || ' runs' end, ' Last error or reason: ' || job.last_error);
end;
$$;

create function howdah.explain_running(job record, out cause text, out explanation text, out remedy text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_runner howdah.runners;
  v_outcome howdah.job_outcomes;
  v_where text;
begin
  select r.* into v_runner from howdah.runners r where r.pool_id = job.worker;
  if not found then
    cause := 'running';
    explanation := format('It is held since %s by %s, a worker that is not registered with Howdah.', job.started_at, job.worker);
    remedy := 'Start the graphile-worker CLI with Howdah''s graphile.config.ts; jobs of unregistered workers are not rescued.';
    return;
  end if;
  v_where := format('host %s, process %s, last heartbeat %s s ago', v_runner.host, v_runner.pid,
                    round(extract(epoch from clock_timestamp() - v_runner.heartbeat_at)::numeric, 1));
  select o.* into v_outcome from howdah.job_outcomes o where o.job_id = job.id and o.state = 'cancelled';
  if found then
    cause := 'cancelling';
    explanation := format('It was cancelled at %s by %s%s while running (%s); its signal has fired and it ends when the handler does.',
                          v_outcome.decided_at, v_outcome.decided_by, ' (' || v_outcome.reason || ')', v_where);
    remedy := 'Nothing needs to be done.';
  elsif v_runner.retired_at is not null then
    cause := 'running';
    explanation := format('Its worker was lost (%s: %s).', v_where, v_runner.retired_because);
    remedy := 'It is given back within seconds.';
  elsif job.id = any (v_runner.running) or clock_timestamp() - job.started_at < interval '2 seconds' then
    cause := 'running';
    explanation := format('It is running since %s (%s).', job.started_at, v_where);
    remedy := format('select howdah.cancel_job(%s) fires its signal.', job.id);
  else
    cause := 'taken';
    explanation := format('It was taken at %s by a worker that has no free place yet (%s; jobs running there: %s).',
                          job.started_at, v_where, coalesce(nullif(howdah.list_ids(v_runner.running), ''), 'none'));
    remedy := 'It starts when one of those ends; more workers or a higher concurrency would start later ones sooner.';
  end if;
end;
$$;

create function howdah.explain_waiting(job record, out cause text, out explanation text, out remedy text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_parked record;
begin
  select ahead.job_id as ahead into v_parked
  from howdah.sequence_jobs s
  left join howdah.sequence_jobs ahead on ahead.sequence = s.sequence and not ahead.is_parked
  where s.job_id = job.id and s.is_parked;
  if found and v_parked.ahead is not null then
    cause := 'sequence';
    explanation := format('It is behind job %s of its sequence %s, which is not finished.', v_parked.ahead, job.sequence);
    remedy := format('See select * from howdah.explain_job(%s); cancelling that one lets the next go.', v_parked.ahead);
  elsif found then
    cause := 'sequence';
    explanation := format('The job ahead of it in its sequence %s has ended; its turn comes with a worker''s next heartbeat.', job.sequence);
    remedy := 'Nothing needs to be done while a worker runs, whatever its queue.';
  elsif job.run_at > clock_timestamp() then
    cause := case job.state when 'retryable' then 'retryable' else 'scheduled' end;
    explanation := case job.state
      when 'retryable' then format('Run %s of %s failed (%s); the next is at %s.', job.attempt, job.max_attempts, job.last_error, job.run_at)
      else format('It is scheduled for %s.', job.run_at) end;
    remedy := format('select howdah.run_job_now(%s) starts it at once.', job.id);
  else
    select e.* into cause, explanation, remedy from howdah.explain_available(job) e;
  end if;
end;
$$;

create function howdah.explain_available(job record, out cause text, out explanation text, out remedy text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_setting howdah.queue_settings;
  v_count integer;
  v_places integer;
  v_is_known boolean;
  v_running bigint[];
begin
  select s.* into v_setting from howdah.queue_settings s where s.queue = job.queue;
  select count(*), coalesce(sum(coalesce(r.granted, r.concurrency)), 0),
         coalesce(bool_or(r.tasks = '{}' or job.task = any (r.tasks)), false)
    into v_count, v_places, v_is_known
  from howdah.runners r
  where r.queue = job.queue and r.retired_at is null and not r.is_leaving
    and r.heartbeat_at > clock_timestamp() - interval '10 seconds';
  select coalesce(array_agg(running.id), '{}') into v_running
  from howdah.runners r cross join unnest(r.running) as running (id)
  where r.queue = job.queue and r.released_at is null;

  if v_setting.paused_at is not null then
    cause := 'paused';
    explanation := format('The queue %s is paused since %s%s.', job.queue, v_setting.paused_at, ' by ' || v_setting.paused_by);
    remedy := format('select howdah.resume_queue(%L);', job.queue);
  elsif v_count = 0 then
    cause := 'no_worker';
    explanation := format('No live worker serves the queue %s.', job.queue);
    remedy := format('Start a worker whose QUEUES names %s.', job.queue);
  elsif not v_is_known then
    cause := 'no_worker_knows_task';
    explanation := format('Workers serve the queue %s, but none of them knows the task %s.', job.queue, job.task);
    remedy := format('Deploy a worker with the file tasks/%s.ts.', job.task);
  elsif v_setting.fleet_concurrency <= cardinality(v_running) then
    cause := 'fleet_full';
    explanation := format('The whole fleet may run %s jobs of the queue %s at once, and does: %s.',
                          v_setting.fleet_concurrency, job.queue, howdah.list_ids(v_running));
    remedy := format('It starts when its turn comes; select howdah.set_fleet_concurrency(%L, …) changes the limit.', job.queue);
  elsif v_places = 0 then
    cause := 'fleet_full';
    explanation := format('The workers of the queue %s are still sharing out the %s jobs that the whole fleet may run at once.',
                          job.queue, v_setting.fleet_concurrency);
    remedy := 'They do so within seconds.';
  elsif cardinality(v_running) >= v_places then
    cause := 'queue_full';
    explanation := format('All %s places of the queue %s are taken, by jobs %s.', v_places, job.queue,
                          howdah.list_ids(v_running));
    remedy := 'It starts when its turn comes; more workers or a higher concurrency in QUEUES would be sooner.';
  else
    cause := 'next';
    explanation := 'Nothing keeps it: a worker is about to take it.';
    remedy := 'If this stays so, look for long transactions and locks: npx howdah doctor.';
  end if;
end;
$$;

-- howdah.list_ids(ids): the first twenty, in words.
create function howdah.list_ids(ids bigint[]) returns text
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select array_to_string(ids[1:20], ', ') || case when cardinality(ids) > 20 then ', …' else '' end
$$;
