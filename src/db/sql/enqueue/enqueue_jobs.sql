-- howdah.enqueue_jobs(jobs, on_duplicate): adds up to 10,000 jobs in the caller's transaction, all or none.
--
-- jobs is a JSON array of objects {"task": …, "payload": …, …} with the options of howdah.enqueue by the same names
-- (intervals and instants as text). Returns one row per job in that order; job_index counts from 0.
--
-- A unique duplicate, of a job that is there or of one of the same batch, refuses the whole batch. on_duplicate =>
-- 'raise' raises HWDUP (its detail is JSON: job_index, job_id and queue of the holder); 'return' writes nothing, returns
-- the holder in a single row with is_duplicate, and the transaction can go on.
-- Raises HWTSK, HWQUE, HWOPT and HWPAY as howdah.enqueue does, naming the job as jobs[index].
create function howdah.enqueue_jobs(jobs json, on_duplicate text default 'raise')
returns table (job_index integer, job_id bigint, job_queue text, job_run_at timestamptz, job_max_retries integer,
               is_duplicate boolean)
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_jobs howdah.job_options[] := howdah.parse_jobs(jobs);
  v_holder jsonb;
begin
  if on_duplicate is null or on_duplicate not in ('raise', 'return') then
    raise exception 'on_duplicate: expected raise or return, received %', coalesce(on_duplicate, 'null')
      using errcode = 'HWOPT', hint = 'return tells of the job that holds the key, and the transaction can go on.';
  end if;
  if on_duplicate = 'raise' then
    return query select b.*, false from howdah.add_job_batch(v_jobs) b order by b.job_index;
    return;
  end if;
  begin
    return query select b.*, false from howdah.add_job_batch(v_jobs) b order by b.job_index;
  exception when sqlstate 'HWDUP' then
    get stacked diagnostics v_holder = pg_exception_detail;
    return query select (v_holder ->> 'job_index')::integer, (v_holder ->> 'job_id')::bigint, v_holder ->> 'queue',
                        null::timestamptz, null::integer, true;
  end;
end;
$$;

comment on function howdah.enqueue_jobs is
  'Adds up to 10,000 jobs in the current transaction, all or none: a JSON array of {"task", "payload", options of howdah.enqueue}. Returns their ids in that order.';
