-- howdah.enqueue_together(of_queue, jobs): adds single jobs of one queue that several callers of the service asked for at about
-- the same time, all or none, each with its row of the audit log as record_change writes it: what one statement costs, they share.
--
-- jobs is a JSON array of {"task", "payload" (JSON as a text), "max_retries", "priority", "actor", "request_id"}; the service has
-- checked their options, and none names a sequence. Returns a row each, in that order. Raises what refuse_batch does; the service then asks for each by itself.
create function howdah.enqueue_together(of_queue text, jobs json)
returns table (job_id bigint, job_run_at timestamptz, job_max_retries integer)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan -- one for as many jobs as there happen to be would be made anew each time, for 300 us
as $$
declare
  v_is_service constant boolean := howdah.is_service();
  v_jobs howdah.job_options[];
begin
  if exists (select from json_to_recordset(jobs) j (task text) join howdah.tasks t on t.name = j.task where t.order_by is not null) then
    -- Whoever holds one sequence would hold up all of these.
    raise exception 'a job goes in the order of its task' using errcode = 'HWOPT';
  end if;
  select array_agg(row(j.task, j.payload::json, of_queue, null, null, j.max_retries, j.priority, null, null, null, null, null, null,
                       null, null, null, null, null, null, null)::howdah.job_options)
  into v_jobs
  from json_to_recordset(jobs) j (task text, payload text, max_retries integer, priority integer);
  perform howdah.refuse_batch(v_jobs);
  return query
  with written as materialized (
    select w.*
    from howdah.write_jobs(of_queue, null, v_jobs) w
  ), recorded as (
    insert into howdah.audit_log (actor, application, action, request_id, job_ids, details)
    select case when v_is_service then coalesce(j.actor, session_user) else howdah.acting_as(j.actor) end,
           current_setting('application_name'), 'jobs.enqueue', case when v_is_service then j.request_id end, array[w.job_id],
           jsonb_build_object('tasks', jsonb_build_array(j.task), 'queues', jsonb_build_array(of_queue))
    from rows from (json_to_recordset(jobs) as (task text, actor text, request_id text)) with ordinality j (task, actor, request_id, index)
    join written w on w.job_index = j.index - 1
    order by j.index
  )
  select w.job_id, w.job_run_at, w.job_max_retries from written w order by w.job_index;
end;
$$;
