-- AFTER DELETE trigger of one queue's job table: writes every job that leaves it to howdah.job_history, in the same
-- transaction, whoever deleted it. Statement level with a transition table: one insert for a whole batch.
--
-- State: what was decided before (howdah.job_outcomes: a verdict, or an operator's cancellation, which wins over
-- whatever the run did), else completed when its worker held it, else discarded when it had no attempt left, else
-- cancelled (somebody took a waiting job out). The result counts only if the very run that held the job stored it.
--
-- Kept for 24 hours when completed, 7 days otherwise, or for flags.howdah.retention_ms milliseconds (at most 100
-- years); with 0 no row is written, and the attempts' errors go too. Unique keys and sequences are told. A key is kept as
-- it was given; the flag howdah_own_key says that it was the engine's own, not its task's (engine_key.sql).
--
-- A finished job of the same id gives way: ids are given twice only when the sequence fell behind (lagging_sequences.sql),
-- and then the id has named the job that ends here since it was enqueued. That it ends must not fail for the other's sake:
-- its effects are done, and it would run again.
create function howdah.:"record_finished"() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_settled bigint[]; -- jobs with settings of their own
begin
  insert into howdah.job_history (
    id, queue, task, state, priority, attempt, max_attempts, run_at, created_at, started_at, finished_at, expires_at,
    worker, last_error, key, payload, result, result_note, progress, progress_message, flags)
  select j.id, :'queue', t.identifier, s.state, j.priority, coalesce(o.attempt, j.attempts), j.max_attempts, j.run_at,
         j.created_at, coalesce(j.locked_at, o.started_at), f.finished_at,
         f.finished_at + coalesce(k.retention, case s.state when 'completed' then interval '1 day' else interval '7 days' end),
         coalesce(j.locked_by, o.worker), coalesce(o.reason, j.last_error),
         case when j.key is not null then howdah.key_of(j.key, t.identifier) end, j.payload,
         case when r.worker = j.locked_by and r.attempt = j.attempts then r.result end,
         case when r.worker = j.locked_by and r.attempt = j.attempts then r.result_note end, r.progress, r.progress_message,
         case when j.key is null or howdah.is_engine_key(j.key, t.identifier) then j.flags
              else coalesce(j.flags, '{}') || '{"howdah_own_key": true}' end
  from old_rows j
  join :"schema"._private_tasks t on t.id = j.task_id
  left join howdah.job_outcomes o on o.job_id = j.id
  left join howdah.job_reports r on r.job_id = j.id
  cross join lateral (select case when o.state is not null then o.state
                                  when j.locked_at is not null then 'completed'
                                  when j.attempts >= j.max_attempts then 'discarded'
                                  else 'cancelled' end) s (state)
  cross join lateral (select case when j.flags is not null then howdah.job_retention(j.flags) end) k (retention)
  cross join lateral (select clock_timestamp()) f (finished_at)
  where k.retention is distinct from interval '0'
  on conflict on constraint job_history_pkey do update set
    queue = excluded.queue, task = excluded.task, state = excluded.state, priority = excluded.priority,
    attempt = excluded.attempt, max_attempts = excluded.max_attempts, run_at = excluded.run_at,
    created_at = excluded.created_at, started_at = excluded.started_at, finished_at = excluded.finished_at,
    expires_at = excluded.expires_at, worker = excluded.worker, last_error = excluded.last_error, key = excluded.key,
    payload = excluded.payload, result = excluded.result, result_note = excluded.result_note, progress = excluded.progress,
    progress_message = excluded.progress_message, flags = excluded.flags;

  delete from howdah.job_outcomes o using old_rows j where o.job_id = j.id;
  delete from howdah.job_reports r using old_rows j where r.job_id = j.id;

  select array_agg(j.id) into v_settled from old_rows j where j.flags ? 'howdah';
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
