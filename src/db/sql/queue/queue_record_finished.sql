-- AFTER DELETE trigger of one queue's job table: writes every job that leaves it to howdah.job_history, in the same
-- transaction, whoever deleted it. Statement level with a transition table: one insert for a whole batch, whose jobs end at
-- the same instant.
--
-- And the fence: a runner completes no job that it does not hold. The engine deletes by the id alone; what a worker sends
-- names its runner as well (tellingEnds in engine-statement.ts) and so passes over jobs that are others' by now: Postgres
-- looks at that condition once more when it has waited for whoever took the job away. Where a statement without it, as of a
-- version before, has deleted such a job, HWLST is raised here and the statement has done nothing: its worker then ends its
-- runs one by one (end_run.sql). What was deleted is the latest version of each row, so the order of a late completion and of
-- what took the job away does not matter; and who holds the job waits for its row until the statement is undone. It may not
-- be put back instead: who waits to end it would find it gone. A trigger before each row could leave it, but for that
-- Postgres locks each job by itself, a twentieth of what an end costs. A row that just used up its attempts is exempt: the
-- runner's own failure removes it (queue_archive.sql).
--
-- State: what was decided before (howdah.job_outcomes: a verdict, or an operator's cancellation, which wins over
-- whatever the run did), else completed when its worker held it, else discarded when it had no attempt left, else
-- cancelled (somebody took a waiting job out). The result counts only if it is of the very run that held the job: one that was
-- stored before (report_result.sql), or that came with the statement which ends the run, in the setting howdah.results. That is JSON,
-- {"worker": "the pool", "the job's id": {"at": "when it was fetched, to the millisecond", "result": ..., "note": "..."}, ...}: a row for
-- each in howdah.job_reports, to be removed at once, would cost more than all else of the end.
--
-- Kept for 24 hours when completed (by which they are found to be removed: prune_finished_jobs.sql), 7 days otherwise, or for flags.howdah.retention_ms milliseconds (at most 100
-- years); with 0 no row is written, and the attempts' errors go too. Unique keys and sequences are told. A key is kept as
-- it was given; the flag howdah_own_key says that it was the engine's own, not its task's (engine_key.sql).
--
-- A finished job of the same id gives way: ids are given twice only when the sequence fell behind (lagging_sequences.sql),
-- and then the id has named the job that ends here since it was enqueued. That it ends must not fail for the other's sake:
-- its effects are done, and it would run again. Looking for such a row before each insert ("on conflict") would cost a fifth
-- of the end of a job, so it is removed when it is met, and the batch written once more. A third time only where it is put
-- there again and again meanwhile.
--
-- Most jobs have neither an outcome nor a report, so that a batch is asked once whether any of them has, or of those whose ids are
-- among theirs where they lie close: one probe, while a range that an old job makes wide may be full of what was deleted since and
-- an open transaction keeps. Whoever writes one holds the job's row by then, so what is not there when the row is deleted does
-- not come later. Both are looked up by id, by settings of this function: their tables are small when the planner looks, and
-- full of what was deleted since when it counts.
--
-- A batch of plain jobs, as most are, with results or without, has an insert of its own, which asks nothing of each job: a tenth of
-- what an end costs. And a batch is mostly one job, of whose end two thirds are here: each statement below is a
-- twentieth of it, whatever the number of rows, and each subquery in one an index that is opened. So one plain job that its runner ends
-- without a result is written by the first statement, which asks all of this itself. It gives way where there is a row of its id,
-- without a savepoint, and to the statements for all others wherever it does not write.
create function howdah.:"record_finished"() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  v_finished_at constant timestamptz := clock_timestamp();
  v_first_id bigint;
  v_last_id bigint;
  v_task_id integer; -- the least there is in the batch
  v_task text; -- its name, where it is the only one
  v_is_one_task boolean;
  v_task_ids integer[]; -- else each once
  v_tasks text[]; -- and its name, at the same place
  v_settled bigint[]; -- jobs with settings of their own
  v_are_plain boolean; -- completed by who held them, and none with a key, settings or anything else of its own but a result
  v_are_decided boolean;
  v_are_reported boolean;
  v_pool text; -- of whom the session is (queue_gate.sql)
  v_is_others boolean; -- a job of somebody else's is among them
  v_results jsonb;
  v_constraint text;
begin
  insert into howdah.job_history (
    id, queue, task, state, priority, attempt, max_attempts, run_at, created_at, started_at, finished_at, expires_at,
    worker, last_error, payload)
  select j.id, :'queue', t.identifier, 'completed', j.priority, j.attempts, j.max_attempts, j.run_at, j.created_at, j.locked_at,
         v_finished_at, v_finished_at + interval '24 hours', j.locked_by, j.last_error, j.payload
  from old_rows j
  join :"schema"._private_tasks t on t.id = j.task_id
  where (select count(*) from old_rows) = 1 and nullif(current_setting('howdah.results', true), '') is null
    and j.locked_by = current_setting('howdah.pool', true) and j.locked_at is not null and j.key is null and j.flags is null
    and (select true from howdah.job_outcomes o where o.job_id = j.id) is null
    and (select true from howdah.job_reports r where r.job_id = j.id) is null
  on conflict (id) do nothing;
  if found then
    return null;
  end if;

  v_pool := current_setting('howdah.pool', true);
  v_results := nullif(current_setting('howdah.results', true), '');
  select min(j.id), max(j.id), min(j.task_id), min(j.task_id) = max(j.task_id), array_agg(j.id) filter (where j.flags ? 'howdah'),
         bool_and(j.locked_at is not null and j.key is null and j.flags is null),
         v_pool <> '' and bool_or(j.locked_by is distinct from v_pool and not (j.locked_at is null and j.attempts >= j.max_attempts))
    into v_first_id, v_last_id, v_task_id, v_is_one_task, v_settled, v_are_plain, v_is_others
  from old_rows j;
  if v_first_id is null then -- nothing was deleted
    return null;
  end if;
  if v_is_others then
    raise exception 'runner % deletes a job that it does not hold', v_pool using errcode = 'HWLST';
  end if;
  if v_last_id - v_first_id < 1000 then
    select exists (select from howdah.job_outcomes o where o.job_id between v_first_id and v_last_id),
           exists (select from howdah.job_reports r where r.job_id between v_first_id and v_last_id),
           (select t.identifier from :"schema"._private_tasks t where v_is_one_task and t.id = v_task_id)
      into v_are_decided, v_are_reported, v_task;
  else
    select exists (select from howdah.job_outcomes o where o.job_id = any (k.ids)),
           exists (select from howdah.job_reports r where r.job_id = any (k.ids)),
           (select t.identifier from :"schema"._private_tasks t where v_is_one_task and t.id = v_task_id)
      into v_are_decided, v_are_reported, v_task
    from (select array_agg(j.id) from old_rows j) k (ids);
  end if;
  if v_task is null then
    select array_agg(k.id), array_agg(t.identifier) into v_task_ids, v_tasks
    from (select distinct j.task_id from old_rows j) k (id)
    left join :"schema"._private_tasks t on t.id = k.id;
  end if;
  v_are_plain := v_are_plain and not v_are_decided and not v_are_reported and array_position(v_tasks, null) is null;
  if v_results is not null then -- but for what was of another run
    v_results := v_results - array(
      select j.id::text from old_rows j
      where (j.locked_by = v_results ->> 'worker'
             and j.locked_at - (v_results -> j.id::text ->> 'at')::timestamptz between interval '-1 ms' and interval '2 ms') is not true);
  end if;

  for v_try in 1..3 loop
    begin
      if v_are_plain then
        insert into howdah.job_history (
          id, queue, task, state, priority, attempt, max_attempts, run_at, created_at, started_at, finished_at, expires_at,
          worker, last_error, payload, result, result_note)
        select j.id, :'queue', coalesce(v_task, v_tasks[array_position(v_task_ids, j.task_id)]), 'completed', j.priority, j.attempts,
               j.max_attempts, j.run_at, j.created_at, j.locked_at, v_finished_at, v_finished_at + interval '24 hours', j.locked_by,
               j.last_error, j.payload, v_results -> j.id::text -> 'result', v_results -> j.id::text ->> 'note'
        from old_rows j;
        exit;
      end if;
      insert into howdah.job_history (
        id, queue, task, state, priority, attempt, max_attempts, run_at, created_at, started_at, finished_at, expires_at,
        worker, last_error, key, payload, result, result_note, progress, progress_message, flags)
      select j.id, :'queue', t.identifier, s.state, j.priority, coalesce(o.attempt, j.attempts), j.max_attempts, j.run_at,
             j.created_at, coalesce(j.locked_at, o.started_at), v_finished_at,
             v_finished_at + coalesce(k.retention, case s.state when 'completed' then interval '24 hours' else interval '7 days' end),
             coalesce(j.locked_by, o.worker), coalesce(o.reason, j.last_error),
             case when j.key is not null then howdah.key_of(j.key, t.identifier) end, j.payload,
             coalesce(v_results -> j.id::text -> 'result', case when r.worker = j.locked_by and r.attempt = j.attempts then r.result end),
             coalesce(v_results -> j.id::text ->> 'note', case when r.worker = j.locked_by and r.attempt = j.attempts then r.result_note end),
             r.progress, r.progress_message,
             case when j.key is null or howdah.is_engine_key(j.key, t.identifier) then j.flags
                  else coalesce(j.flags, '{}') || '{"howdah_own_key": true}' end
      from old_rows j
      cross join lateral (select coalesce(v_task, v_tasks[array_position(v_task_ids, j.task_id)])) t (identifier)
      left join howdah.job_outcomes o on o.job_id = case when v_are_decided then j.id end
      left join howdah.job_reports r on r.job_id = case when v_are_reported then j.id end
      cross join lateral (select case when o.state is not null then o.state
                                      when j.locked_at is not null then 'completed'
                                      when j.attempts >= j.max_attempts then 'discarded'
                                      else 'cancelled' end) s (state)
      cross join lateral (select case when j.flags is not null then howdah.job_retention(j.flags) end) k (retention)
      where k.retention is distinct from interval '0' and t.identifier is not null;
      exit;
    exception when unique_violation then
      get stacked diagnostics v_constraint = constraint_name;
      if v_constraint <> 'job_history_pkey' or v_try = 3 then
        raise;
      end if;
      delete from howdah.job_history h where h.id = any (array(select j.id from old_rows j));
    end;
  end loop;

  if v_are_decided then
    delete from howdah.job_outcomes o where o.job_id = any (array(select j.id from old_rows j));
  end if;
  if v_are_reported then
    delete from howdah.job_reports r where r.job_id = any (array(select j.id from old_rows j));
  end if;
  if v_settled is not null then
    delete from howdah.job_errors e using old_rows j
    where e.job_id = j.id and j.flags ? 'howdah' and howdah.job_retention(j.flags) = interval '0';
    perform howdah.release_unique_locks(array_agg(j.id)) from old_rows j where j.flags -> 'howdah' ? 'unique' having count(*) > 0;
    perform howdah.sequence_jobs_ended(array_agg(j.id)) from old_rows j where j.flags -> 'howdah' ? 'sequence' having count(*) > 0;
  end if;
  return null;
end;
$$;

create trigger howdah_record_finished after delete on :"schema"._private_jobs
referencing old table as old_rows
for each statement
execute function howdah.:"record_finished"();
