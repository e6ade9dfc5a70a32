-- howdah.end_leased_run(lease, run, failure, result): ends a run of a worker over HTTP: completes its job, or with a failure stores
-- that text, from which queue_apply_verdict.sql makes what was decided (end_run.sql). One row: the state of the job by that, the run
-- as workers tell of it (worker, task, queue, attempt, max_attempts, started_at), and is_repeat, that an earlier call had done so: its answer
-- was lost, and this one changed nothing.
--
-- Raises HWLST, and changes nothing, when the run is not the lease's any more: its lease ran out and the job went to others, somebody
-- unlocked it, or it ended and is not kept.
--
-- Both orders of a late end and a rescue are safe. The job's row is locked first, where the very run still has it; then the
-- runner's, unless it is retired. Who rescues retires, commits, and only then takes what no transaction holds (release_runner.sql).
-- So either the end has the runner's row first, and what is to be rescued is gone by then; or the retirement was, and the end fails
-- at the runner's row, or finds no such run.
create function howdah.end_leased_run(
  lease uuid, run text, failure text default null, result jsonb default null,
  out state text, out is_repeat boolean, out worker text, out task text, out queue text, out attempt integer, out max_attempts integer,
  out started_at timestamptz
)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_job_id constant bigint := howdah.job_of_run(run);
  v_lease howdah.runners;
begin
  select r.* into v_lease from howdah.runners r where r.token = lease and r.kind = 'lease';
  if v_lease.token is null then
    perform howdah.refuse_lease(lease);
  end if;
  queue := v_lease.queue;
  worker := v_lease.host;
  execute format(
    'select j.locked_at, j.attempts, j.max_attempts, (select t.identifier from %1$I._private_tasks t where t.id = j.task_id)
     from %1$I._private_jobs j where j.id = $1 and j.locked_by = $2 and howdah.run_id(j.id, j.locked_at) = $3
     for update of j', howdah.queue_schema(queue))
  into started_at, attempt, max_attempts, task using v_job_id, v_lease.pool_id, run;
  is_repeat := started_at is null;
  if is_repeat then
    select e.* into state, task, attempt, max_attempts, started_at from howdah.end_of_run(v_lease, run) e;
    if state is null then
      raise exception 'run % is not of lease % any more', run, lease
        using errcode = 'HWLST', hint = 'Its job went to another worker, or has ended otherwise; what was done for it may be done again.';
    end if;
    return;
  end if;

  update howdah.runners r
  set running = array_remove(r.running, v_job_id), granted = cardinality(array_remove(r.running, v_job_id))
  where r.token = lease and r.retired_at is null;
  if not found then
    perform howdah.refuse_lease(lease);
  end if;
  perform set_config('howdah.lease', lease::text, true);
  if failure is not null then
    execute format('update %I._private_jobs j set flags = coalesce(j.flags, ''{}'') || jsonb_build_object(''howdah_run'', $2) where j.id = $1',
                   howdah.queue_schema(queue)) using v_job_id, run;
  elsif result is not null then
    perform howdah.report_result(v_job_id, queue, v_lease.pool_id, started_at, result);
  end if;
  state := howdah.end_run(v_job_id, queue, v_lease.pool_id, started_at, failure);
end;
$$;

-- howdah.end_of_run(lease, run): what a run that is over left its job as: a state of finished jobs, or waiting; null when it did
-- not end it, or that is not known any more. A job that waits remembers the run that left it so, in flags.howdah_run.
create function howdah.end_of_run(
  lease howdah.runners, run text, out state text, out task text, out attempt integer, out max_attempts integer,
  out started_at timestamptz
)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_job_id constant bigint := howdah.job_of_run(run);
begin
  select h.state, h.task, h.attempt, h.max_attempts, h.started_at into state, task, attempt, max_attempts, started_at
  from howdah.job_history h
  where h.id = v_job_id and h.worker = lease.pool_id and howdah.run_id(h.id, h.started_at) = run;
  if found then
    return;
  end if;
  execute format(
    'select ''waiting'', (select t.identifier from %1$I._private_tasks t where t.id = j.task_id), j.attempts, j.max_attempts, null
     from %1$I._private_jobs j where j.id = $1 and j.flags ->> ''howdah_run'' = $2', howdah.queue_schema(lease.queue))
  into state, task, attempt, max_attempts, started_at using v_job_id, run;
end;
$$;
