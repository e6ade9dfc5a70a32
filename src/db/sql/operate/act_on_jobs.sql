-- howdah.act_on_jobs(action, ids, reason, at): cancels, discards, retries, runs now or reschedules (action: cancel, discard,
-- retry, run_now, reschedule; at for the last alone) those of the jobs that can be; returns the ids of those that were.
-- What a bulk command does with one batch; its caller records it.
--
-- Left out rather than refused: jobs that are in no state for it (also running ones that are being cancelled already), that
-- wait for their turn in a sequence and shall move, and that somebody else holds locked this moment, such as a worker that
-- is just taking or ending them.
create function howdah.act_on_jobs(
  action text, ids bigint[], reason text default null, at timestamptz default now()
) returns setof bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id bigint;
  v_queue record;
begin
  if action = 'retry' then
    foreach v_id in array ids loop
      begin
        perform howdah.restart_job(v_id);
        return next v_id;
      exception when sqlstate 'HWSTA' or sqlstate 'HWJOB' then
        null;
      end;
    end loop;
    return;
  end if;
  for v_queue in select r.schema_name from howdah.queue_registry r order by r.name loop
    return query select * from howdah.act_on_live_jobs(action, v_queue.schema_name, ids, reason, at);
  end loop;
end;
$$;

-- howdah.act_on_live_jobs(action, schema_name, ids, reason, at): the same for the live jobs of one queue; not for retry.
create function howdah.act_on_live_jobs(
  action text, schema_name text, ids bigint[], reason text, at timestamptz
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
           where l.is_running and action = 'cancel'
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
