-- howdah.explain_running(job): cause, explanation and remedy of a job that a worker has taken; job is its row of howdah.jobs.
create function howdah.explain_running(job record, out cause text, out explanation text, out remedy text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_runner howdah.runners;
  v_where text;
  v_lost text; -- why nobody runs it any more
  v_held text; -- what of it has to end first
  v_cancelled text; -- that somebody decided so
  v_gate record; -- what its run waits for
begin
  select r.* into v_runner from howdah.runners r where r.pool_id = job.worker;
  v_where := format(case when v_runner.kind = 'lease' then 'the worker %s over HTTP%s, last heard of %s s ago'
                         else 'host %s, process %s, last heartbeat %s s ago' end, v_runner.host, v_runner.pid,
                    round(extract(epoch from clock_timestamp() - v_runner.heartbeat_at)::numeric, 1))
             || case when v_runner.kind = 'lease' then ', its lease ends at ' || v_runner.expires_at else '' end;
  v_lost := case when v_runner.retired_at is not null then v_runner.retired_because
                 when v_runner.expires_at < clock_timestamp() then 'its lease ran out'
                 when v_runner.expires_at is null and v_runner.heartbeat_at < clock_timestamp() - interval '10 seconds' then 'no heartbeat for 10 s' end;
  select format('It was cancelled at %s by %s%s while running', o.decided_at, o.decided_by, ' (' || o.reason || ')')
    into v_cancelled from howdah.job_outcomes o where o.job_id = job.id and o.state = 'cancelled';
  cause := case when v_cancelled is null then 'running' else 'cancelling' end;

  if v_runner.token is null then
    explanation := concat(v_cancelled || '. ', format(
      'It is held since %s by %s, a worker that is not registered with Howdah%s.', job.started_at, job.worker,
      case when v_cancelled is not null then ' and gets no signal' end));
    remedy := 'Start the graphile-worker CLI with Howdah''s graphile.config.ts; jobs of unregistered workers are not rescued.';
  elsif v_lost is not null then
    explanation := concat(v_cancelled || '. ', format('Its worker was lost (%s: %s).', v_where, v_lost));
    v_held := howdah.describe_holders(v_runner);
    remedy := case when exists (select from howdah.runners r where howdah.is_alive(r)) then
                     coalesce('It is given back when this has ended: ' || v_held || '. Where the service may not end it: pg_terminate_backend, as its role or a superuser.',
                              'It is given back within seconds.')
                   else 'No worker lives that would give it back: start one, of whatever queue.' end;
  elsif job.id = any (v_runner.unrecorded) and v_runner.trouble is not null then
    cause := 'ending';
    explanation := format('Its run is over, and the database does not take its end: %s (%s). The worker keeps it, and tries again.',
                          v_runner.trouble, v_where);
    remedy := 'It ends when what the database says is mended; npx howdah doctor looks for it.';
  elsif v_cancelled is not null and v_runner.kind = 'lease' then
    explanation := format('%s (%s); its worker is told with the next heartbeat, and it ends cancelled whatever that does.', v_cancelled, v_where);
    remedy := 'Nothing needs to be done.';
  elsif v_cancelled is not null then
    explanation := format('%s (%s); its signal has fired, and it ends when its handler does or is left behind.', v_cancelled, v_where);
    remedy := 'Nothing needs to be done.';
  elsif job.id = any (v_runner.running) or clock_timestamp() - job.started_at < interval '2 seconds' then
    explanation := format('It is running since %s (%s).', job.started_at, v_where);
    remedy := format(case when v_runner.kind = 'lease' then 'select howdah.cancel_job(%s) has its worker told.'
                          else 'select howdah.cancel_job(%s) fires its signal.' end, job.id);
  else
    cause := 'taken';
    explanation := format('It was taken at %s by a worker that has no free place yet (%s; jobs running there: %s).',
                          job.started_at, v_where, coalesce(nullif(howdah.list_ids(v_runner.running), ''), 'none'));
    remedy := 'It starts when one of those ends; more workers or a higher concurrency would start later ones sooner.';
  end if;
  select g.* into v_gate from howdah.shut_gate(v_runner, job.task) g;
  if v_lost is null and v_gate.broker is not null then
    explanation := explanation || format(' Its broker %s takes no messages since %s (%s): it goes back into its queue, and out when that is over.',
                                         v_gate.broker, v_gate.since, v_gate.because);
  end if;
  if v_lost is null and v_runner.blocked_since is not null then
    explanation := explanation || format(
      ' Its worker''s event loop has been blocked for %s s: a handler there does CPU-bound work%s.',
      round(extract(epoch from clock_timestamp() - v_runner.blocked_since)),
      coalesce(' (jobs at work: ' || nullif(howdah.list_ids(v_runner.running), '') || ')', ''));
    remedy := remedy || ' CPU-bound work belongs into a thread of its own: isolate: ''thread'' of its task.';
  end if;
end;
$$;

-- howdah.is_alive(runner): whether it was heard of within 10 s, or its lease has not run out.
create function howdah.is_alive(runner howdah.runners) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select runner.retired_at is null and coalesce(runner.expires_at, runner.heartbeat_at + interval '10 seconds') > clock_timestamp()
$$;
