-- howdah.act_on_jobs(action, ids, reason, at, details, also_running, states): does the action to those of the jobs that are in a
-- state for it; returns the ids of those that were. What the commands on many jobs do with one batch. reason becomes the last
-- error of cancelled and discarded jobs, at is for reschedule alone, details go into howdah.audit_log. Without also_running,
-- cancel spares what a worker has taken since whoever asks looked; with states, retry spares what is in none of them by now:
-- a job that somebody else has retried since, and that may have completed.
--
-- Left out rather than refused: jobs that are in no state for it (also running ones that are being cancelled already), that
-- wait for their turn in a sequence and shall move, and that somebody else holds locked this moment, such as a worker that
-- is just taking or ending them. Raises HWOPT for an unknown action, more than 100000 ids, an at that is no instant, and
-- details that are no object.
create function howdah.act_on_jobs(
  action text, ids bigint[], reason text default null, at timestamptz default now(), details jsonb default '{}',
  also_running boolean default true, states text[] default null
) returns setof bigint
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  c_actions constant text[] := array['cancel', 'discard', 'retry', 'run_now', 'reschedule'];
  v_changed bigint[];
begin
  if coalesce(action <> all (c_actions), true) then
    raise exception 'action: expected one of %, received %', array_to_string(c_actions, ', '), coalesce('"' || action || '"', 'null')
      using errcode = 'HWOPT', hint = howdah.name_hint(action, c_actions, 'Actions');
  end if;
  if cardinality(ids) > 100000 then
    raise exception 'ids: expected at most 100000, received %', cardinality(ids)
      using errcode = 'HWOPT', hint = 'Do them in several transactions.';
  end if;
  if jsonb_typeof(details) is distinct from 'object' then
    raise exception 'details: expected an object, received %', coalesce(details::text, 'null')
      using errcode = 'HWOPT', hint = 'Such as {"ticket": 7}.';
  end if;
  if action = 'reschedule' then
    perform howdah.check_instant(at);
  end if;
  v_changed := case action when 'retry' then howdah.restart_jobs(ids, states) else array(
    select howdah.act_on_live_jobs(action, r.schema_name, ids, reason, at, also_running is not false) from howdah.queue_registry r) end;
  if v_changed <> '{}' then
    perform howdah.record_change(
      'jobs.bulk_' || action, v_changed,
      details || jsonb_strip_nulls(jsonb_build_object('reason', reason, 'run_at', case action when 'reschedule' then at end)));
  end if;
  return query select unnest(v_changed);
end;
$$;

comment on function howdah.act_on_jobs is
  'Does the action (cancel, discard, retry, run_now or reschedule) to those of the jobs, at most 100000, that are in a state for it and that nobody holds this moment; returns their ids. The reason becomes the last error of cancelled and discarded jobs; at is for reschedule; details, an object, go into howdah.audit_log; also_running false has cancel spare running jobs, states has retry spare what is in none of them by now.';

-- howdah.restart_jobs(ids, states): retries those that can be, of those that are in one of the states, null for any; returns their ids.
-- In order of id, each once, after the turns of all their sequences were taken, by name, as a batch takes them (add_job_batch.sql): two
-- of these with jobs or sequences in common would otherwise wait for each other.
create function howdah.restart_jobs(ids bigint[], states text[]) returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_sequences constant text[] := array(
    select distinct h.flags #>> '{howdah,sequence}' from howdah.job_history h
    where h.id = any (ids) and h.flags #>> '{howdah,sequence}' is not null order by 1);
  v_id bigint;
  v_done bigint[] := '{}';
begin
  perform howdah.enter_sequence(s.name) from unnest(v_sequences) s (name);
  for v_id in select distinct i.id from unnest(ids) i (id) order by i.id loop
    begin
      perform howdah.restart_job(v_id, states);
      v_done := v_done || v_id;
    exception when sqlstate 'HWSTA' or sqlstate 'HWJOB' or sqlstate 'HWQUE' then
      null; -- HWQUE: its queue was removed
    end;
  end loop;
  perform howdah.settle_sequence(s.name) from unnest(v_sequences) s (name); -- those of which nothing was retried
  return v_done;
end;
$$;

-- howdah.act_on_live_jobs(action, schema_name, ids, reason, at, also_running): the same for the live jobs of one queue; not
-- for retry.
create function howdah.act_on_live_jobs(
  action text, schema_name text, ids bigint[], reason text, at timestamptz, also_running boolean
) returns setof bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_is_move constant boolean := action in ('run_now', 'reschedule');
  v_waiting bigint[];
  v_running bigint[];
begin
  select coalesce(array_agg(l.job_id) filter (where not l.is_running and (not v_is_move or not l.is_parked)), '{}'),
         coalesce(array_agg(l.job_id) filter (
           where l.is_running and action = 'cancel' and also_running
             and not exists (select from howdah.job_outcomes o where o.job_id = l.job_id)), '{}')
  into v_waiting, v_running
  from howdah.lock_free_jobs(schema_name, ids) l;
  if v_is_move then
    perform howdah.move_waiting_jobs(schema_name, v_waiting, case action when 'run_now' then now() else at end) where v_waiting <> '{}';
  else
    perform howdah.end_waiting_jobs(schema_name, v_waiting, case action when 'cancel' then 'cancelled' else 'discarded' end, reason)
    where v_waiting <> '{}';
    perform howdah.cancel_running_jobs(v_running, reason) where v_running <> '{}';
  end if;
  return query select unnest(v_waiting || v_running);
end;
$$;
