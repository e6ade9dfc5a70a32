-- howdah.explain_job(id): one row that says in words why a job is not running right now, or what it is doing, and what
-- would change that. Reads only. An unknown id gives a row too, with cause 'unknown'.
--
-- cause is one of: unknown, finished, running, taken, ending, cancelling (explain_running.sql), copy, version, sequence,
-- scheduled, retryable, locked, paused, no_worker, no_worker_knows_task, broker_down, stalled, queue_name, fleet_full, queue_full, turn, next
-- (explain_waiting.sql).
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
    return query select explain_job.id, null::text, 'unknown',
      format('There is no job %s.', coalesce(explain_job.id::text, 'null')),
      'It may have been removed when its retention was over, or never committed.';
  elsif v_job.finished_at is not null then
    return query select v_job.id, v_job.state, 'finished', howdah.explain_finished(v_job) || howdah.explain_abandoned(v_job),
      case when v_job.deadline <= clock_timestamp() then 'Its deadline has passed: enqueue it anew to have it run.'
           else 'select howdah.retry_job(' || v_job.id || ') runs it again.' end;
  elsif v_job.state = 'running' then
    return query select v_job.id, v_job.state, e.cause, e.explanation || howdah.explain_route(v_job) || howdah.explain_abandoned(v_job), e.remedy
                 from howdah.explain_running(v_job) e;
  else
    return query select v_job.id, v_job.state, e.cause, e.explanation || howdah.explain_route(v_job) || howdah.explain_abandoned(v_job), e.remedy
                 from howdah.explain_waiting(v_job) e;
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

-- howdah.explain_abandoned(job): that a handler of it is still at work after its signal fired, as a sentence with a space
-- before it; empty when none is. job is its row of howdah.jobs.
create function howdah.explain_abandoned(job record) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce((
    select format(' A handler of it ignores its signal and is still at work (host %s, process %s)%s.', r.host, r.pid,
                  case when r.pool_id = job.worker and job.finished_at is null and job.id = any (r.running)
                    then ': it keeps its place until it ends, or for 10 s unless its task says otherwise'
                    else ': it belongs to a run that is over, and may do again what another does' end)
    from howdah.runners r
    where job.id = any (r.abandoned) and r.heartbeat_at > clock_timestamp() - interval '10 seconds'
    limit 1), '');
end;
$$;

-- howdah.list_ids(ids): the first twenty, in words.
create function howdah.list_ids(ids bigint[]) returns text
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select array_to_string(ids[1:20], ', ') || case when cardinality(ids) > 20 then ', …' else '' end
$$;
