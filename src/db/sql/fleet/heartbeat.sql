-- howdah.heartbeat(runners, beat_number): renews the heartbeats of one process's runners and tells each what it must know.
--
-- runners: [{"token": …, "running": [job ids at work], "max_running": most runs it may have at once until it is answered,
-- null for its concurrency, "is_leaving": it takes no more jobs, "life_shown": the session that shows its life was there,
-- "blocked_ms": for how long the event loop of its process has stood still, null when it turns, "abandoned": [jobs whose
-- handlers ignore their signal], "unrecorded": [jobs whose run is over and whose end could not be written yet], "trouble":
-- why, "is_stalled": it begins no run meanwhile, "memory_bytes": what its process takes, "version": of Howdah in it,
-- "gates": [{"name": what runs need, "because": why it is not there, "shut_ms": for how long, "tasks": those whose runs do not
-- begin meanwhile, "trying": those of them of which one does, to find out whether that is over}], left out where runs need nothing}, …]. An older version says nothing of the last nine. beat_number grows with each call of a process. A
-- runner missing from the answer is unknown or retired, or a later beat of its process came first.
--
-- Answer: whether the queue is paused; with a fleet concurrency how many runs the runner may have now (max_running) and
-- how many it should have in the end (share), both null without one; and running jobs that are cancelled, of any runner.
--
-- The fleet concurrency is never exceeded because granted is at all times an upper bound of what a runner does: it
-- shrinks to what the process says it keeps to, and grows only by what the sum of all others leaves. Its process applies
-- an answer before it beats again or never, and a beat that was overtaken is ignored. While somebody else divides the
-- fleet concurrency, in a transaction that may stay open, granted stays as it is and the runner keeps within it: a beat
-- must not wait, or every worker of the fleet would be taken for dead.
create function howdah.heartbeat(runners jsonb, beat_number bigint)
returns table (token uuid, is_paused boolean, max_running integer, share integer, cancelled bigint[])
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_tokens uuid[];
  v_queue text;
  v_settled text[] := '{}'; -- queues whose fleet concurrency may be divided now
  v_cancelled bigint[];
begin
  for v_queue in
    select distinct r.queue
    from jsonb_to_recordset(runners) as beat (token uuid)
    join howdah.runners r on r.token = beat.token
    join howdah.queue_settings s on s.queue = r.queue and s.fleet_concurrency is not null
    order by r.queue
  loop
    if howdah.lock_fleet_soon(v_queue) then
      v_settled := v_settled || v_queue;
    end if;
  end loop;

  with beaten as (
    update howdah.runners r
    set heartbeat_at = clock_timestamp(), running = beat.running, beat_number = heartbeat.beat_number,
        is_leaving = coalesce(beat.is_leaving, false),
        life_shown = coalesce(beat.life_shown, true),
        blocked_since = clock_timestamp() - beat.blocked_ms * interval '1 ms',
        abandoned = coalesce(beat.abandoned, '{}'),
        unrecorded = coalesce(beat.unrecorded, '{}'), trouble = beat.trouble, is_stalled = coalesce(beat.is_stalled, false),
        memory_bytes = beat.memory_bytes, version = beat.version,
        gates = case when beat.gates is not null then howdah.read_gates(beat.gates) end,
        granted = case when s.fleet_concurrency is null then null
                       when r.queue = any (v_settled) then coalesce(beat.max_running, r.concurrency)
                       else r.granted end
    from jsonb_to_recordset(runners) as beat (
      token uuid, running bigint[], max_running integer, is_leaving boolean, life_shown boolean, blocked_ms double precision,
      abandoned bigint[], unrecorded bigint[], trouble text, is_stalled boolean,
      memory_bytes bigint, version text, gates jsonb)
    left join howdah.runners known on known.token = beat.token
    left join howdah.queue_settings s on s.queue = known.queue
    where r.token = beat.token and r.retired_at is null and r.beat_number <= heartbeat.beat_number
    returning r.token
  )
  select array_agg(b.token) into v_tokens from beaten b;

  perform howdah.promote_waiting_sequences();
  v_cancelled := array(select o.job_id from howdah.job_outcomes o where o.state = 'cancelled');
  for token in select unnest(v_tokens) loop
    select s.paused_at is not null, grants.max_running, grants.share into is_paused, max_running, share
    from howdah.runners r
    left join howdah.queue_settings s on s.queue = r.queue
    left join lateral howdah.grant_runs(r, r.queue = any (v_settled)) grants on r.granted is not null
    where r.token = heartbeat.token;
    is_paused := coalesce(is_paused, false);
    cancelled := v_cancelled;
    return next;
  end loop;
end;
$$;

-- howdah.read_gates(gates): the same array with an instant (since, by this clock, to the second) in place of shut_ms.
create function howdah.read_gates(gates jsonb) returns jsonb
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_agg(jsonb_build_object(
    'name', g.name, 'because', g.because, 'tasks', coalesce(g.tasks, '[]'),
    'since', date_trunc('second', clock_timestamp() - g.shut_ms * interval '1 ms'))
    || case when g.trying <> '[]' then jsonb_build_object('trying', g.trying) else '{}' end)
  from jsonb_to_recordset(gates) as g (name text, because text, shut_ms double precision, tasks jsonb, trying jsonb)
$$;

-- howdah.grant_runs(runner, may_grow): moves a runner's granted towards its share as far as the others' grants leave
-- room, and returns what to answer. The caller holds the queue's fleet lock where it may grow.
create function howdah.grant_runs(runner howdah.runners, may_grow boolean, out max_running integer, out share integer)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_free integer;
begin
  select case when runner.is_leaving then 0 else
           coalesce((select f.share from howdah.fleet_shares(runner.queue) f where f.process = runner.process), 0) end,
         s.fleet_concurrency - (select sum(coalesce(r.granted, r.concurrency)) from howdah.runners r
                                where r.queue = runner.queue and r.released_at is null)
  into share, v_free
  from howdah.queue_settings s where s.queue = runner.queue;
  max_running := least(share, runner.granted + case when may_grow then greatest(v_free, 0) else 0 end);
  if max_running > runner.granted then
    update howdah.runners r set granted = grant_runs.max_running where r.token = runner.token;
  end if;
end;
$$;
