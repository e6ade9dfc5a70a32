-- howdah.refuse_batch(batch): refuses a batch of jobs of which one cannot be enqueued, whose options are checked.
-- Raises HWTSK or HWQUE, naming the job, when a task or queue does not exist, and HWPAY when a payload does not fit its task.
create function howdah.refuse_batch(batch howdah.job_options[]) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_stray record;
  v_wrong record;
begin
  select j.index - 1 as index, j.task, j.allow_unknown, t.name as known_task, coalesce(j.queue, t.queue, 'default') as queue into v_stray
  from unnest(batch) with ordinality j (:job_columns, index)
  left join howdah.tasks t on t.name = j.task
  left join howdah.queue_registry r on r.name = coalesce(j.queue, t.queue, 'default') and r.removed_at is null
  where t.name is null and (j.allow_unknown is not true or j.task !~ '^[A-Za-z0-9_-]{1,128}$' or j.task is null)
     or r.name is null
  order by j.index limit 1;
  if found and v_stray.known_task is null and v_stray.allow_unknown and v_stray.task !~ '^[A-Za-z0-9_-]{1,128}$' then
    raise exception 'jobs[%].task: expected 1 to 128 of A-Z a-z 0-9 _ -, received "%"', v_stray.index, left(v_stray.task, 200)
      using errcode = 'HWOPT';
  elsif found and v_stray.known_task is null and (v_stray.allow_unknown is not true or v_stray.task is null) then
    raise exception 'jobs[%]: unknown task %', v_stray.index, coalesce('"' || v_stray.task || '"', 'null')
      using errcode = 'HWTSK', hint = howdah.job_task_hint(v_stray.task);
  elsif found then
    raise exception 'jobs[%]: unknown queue "%"', v_stray.index, v_stray.queue
      using errcode = 'HWQUE', hint = howdah.queue_hint(v_stray.queue);
  end if;

  select m.* into v_wrong from howdah.first_payload_mistake(batch) m;
  if v_wrong.mistakes is not null then
    raise exception '%', v_wrong.mistakes using errcode = 'HWPAY', hint = howdah.payload_hint(v_wrong.task);
  end if;
end;
$$;
