-- howdah.run_job_now(id): makes a waiting job available at once, whatever it waited for; returns its state: available.
-- Locks the job's row. Raises HWJOB for an unknown job; HWSTA for one that runs or has ended, and for one that waits for
-- its turn in a sequence, naming the job it is behind.
create function howdah.run_job_now(id bigint) returns text
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_state constant text := howdah.move_job(id, now(), 'run now');
begin
  perform howdah.record_change('jobs.run_now', array[id], jsonb_build_object('state', v_state));
  return v_state;
end;
$$;

comment on function howdah.run_job_now is 'Makes a waiting job available at once. Returns its state now.';

-- howdah.reschedule_job(id, at): sets the earliest instant of a waiting job's next run; returns its state now.
-- Raises as howdah.run_job_now does, and HWOPT when at is no instant of the years 1 to 9999.
create function howdah.reschedule_job(id bigint, at timestamptz) returns text
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_state text;
begin
  perform howdah.check_instant(at);
  v_state := howdah.move_job(id, at, 'rescheduled');
  perform howdah.record_change('jobs.reschedule', array[id], jsonb_build_object('run_at', at, 'state', v_state));
  return v_state;
end;
$$;

comment on function howdah.reschedule_job is
  'Sets the earliest instant of a waiting job''s next run. Returns its state now.';

-- howdah.check_instant(at): raises HWOPT when a job cannot be rescheduled to it.
create function howdah.check_instant(at timestamptz) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if howdah.is_instant(at) is not true then
    raise exception 'at: expected an instant of the years 1 to 9999, received %', coalesce(at::text, 'null')
      using errcode = 'HWOPT', hint = 'Such as now() + interval ''10 minutes''.';
  end if;
end;
$$;

-- howdah.move_job(id, at, action): what the two above share; action is the word for it in the error.
create function howdah.move_job(id bigint, at timestamptz, action text) returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_job record;
begin
  select j.* into v_job from howdah.lock_job(move_job.id) j;
  if v_job.schema_name is null or v_job.state = 'running' then
    perform howdah.refuse_job(id, v_job.state, action);
  end if;
  if v_job.is_parked then
    perform howdah.refuse_job(id, v_job.state || ' behind job ' || coalesce(v_job.behind::text, 'of its sequence'), action,
                              'Jobs of a sequence run one at a time, in order; end the one before it.');
  end if;
  perform howdah.move_waiting_jobs(v_job.schema_name, array[move_job.id], at);
  select j.state into v_job.state from howdah.lock_job(move_job.id) j;
  return v_job.state;
end;
$$;
