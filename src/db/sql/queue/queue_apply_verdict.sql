-- BEFORE UPDATE trigger of one queue's job table: turns a failed attempt into what was decided about it.
--
-- Fires only for the engine's "fail" statement, and is not even asked about by a fetch, which writes no run_at: a lock is released and run_at moves, by more than to now() as in the
-- engine's sweep of old locks, and that not because a rescue gives the job back (queue_release.sql). Rewrites the row
-- that statement is about to store: the wait before the next run, the attempt given back, or the end of the job. Appends the attempt
-- to howdah.job_errors. A job that ends here is removed by the AFTER trigger of the same statement.
--
-- A job whose payload is of another version of its task ("misfit") waits without losing an attempt; flags.howdah_misfit
-- counts how often, and has the attempts it had then and the versions that refused it, whose workers leave it alone.
--
-- A run that is over did not take its worker along, so the deaths that the job was aboard count anew from here: three in a row make
-- poison (queue_release.sql), and not three in the life of a job that snoozes for months.
--
-- A job that was cancelled while it ran ends so, whatever the verdict; read after the row's lock was got, so that a
-- cancellation this statement waited for is seen. The verdict "done" is that of a run whose job was completed in a
-- transaction of its handler: if there is a job of that id again, somebody retried it, and it is not this run's.
create function howdah.:"apply_verdict"() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_verdict jsonb := howdah.parse_verdict(new.last_error);
  v_kind text := coalesce(v_verdict ->> 'kind', 'retry');
  v_message text := coalesce(v_verdict ->> 'message', new.last_error);
  v_delay interval := case when v_verdict ? 'delayMs'
    then make_interval(secs => (v_verdict ->> 'delayMs')::double precision / 1000) end;
  v_is_error constant boolean := v_kind in ('retry', 'discard', 'cancel');
  v_decided text;
begin
  if v_kind = 'done' then
    return null;
  end if;
  select o.state into v_decided from howdah.job_outcomes o where o.job_id = old.id;
  if v_decided is not null then
    v_kind := case v_decided when 'cancelled' then 'cancel' else 'discard' end;
  elsif v_kind = 'retry' and old.attempts >= old.max_attempts then
    v_kind := 'discard';
  end if;

  if v_kind in ('retry', 'snooze') and old.flags ? 'howdah_deaths' then
    new.flags := nullif(old.flags - 'howdah_deaths', '{}');
  end if;
  if v_kind in ('return', 'cancelled', 'snooze', 'misfit') then
    new.attempts := greatest(0, old.attempts - 1);
    new.last_error := case v_kind when 'misfit' then v_message else old.last_error end;
    new.run_at := case when v_kind in ('snooze', 'misfit') then clock_timestamp() + v_delay else old.run_at end;
    if v_kind = 'misfit' then
      new.flags := coalesce(old.flags, '{}') || jsonb_build_object('howdah_misfit', jsonb_build_object(
        'count', coalesce(howdah.flag_count(old.flags, '{howdah_misfit,count}'), 0) + 1, 'attempt', new.attempts,
        'versions', coalesce(jsonb_path_query_first(old.flags, '$.howdah_misfit.versions ? (@.type() == "array")'), '[]') - coalesce(v_verdict ->> 'version', '')
                    || jsonb_build_array(coalesce(v_verdict ->> 'version', ''))));
    end if;
    return new;
  end if;

  new.last_error := case when v_is_error then v_message else old.last_error end;
  if v_kind = 'retry' then
    new.run_at := clock_timestamp() + coalesce(v_delay, howdah.retry_delay(old.attempts));
  else
    new.run_at := old.run_at;
    new.attempts := new.max_attempts;
    insert into howdah.job_outcomes (job_id, state, attempt, worker, started_at)
      values (old.id, case v_kind when 'cancel' then 'cancelled' else 'discarded' end, old.attempts, old.locked_by,
              old.locked_at)
      on conflict (job_id) do update
        set attempt = excluded.attempt, worker = excluded.worker, started_at = excluded.started_at;
  end if;

  if v_is_error then
    insert into howdah.job_errors (job_id, attempt, queue, task, name, message, stack, worker, decision, retry_at)
    select old.id, old.attempts, :'queue', t.identifier, coalesce(v_verdict ->> 'name', 'Error'), v_message,
           v_verdict ->> 'stack', old.locked_by, v_kind, case v_kind when 'retry' then new.run_at end
    from :"schema"._private_tasks t where t.id = old.task_id;
  end if;
  return new;
end;
$$;

create trigger howdah_apply_verdict before update of run_at on :"schema"._private_jobs
for each row
when (old.locked_at is not null and new.locked_at is null and new.run_at is distinct from old.run_at
      and new.run_at <> now()
      and current_setting('howdah.releasing', true) is distinct from 'on')
execute function howdah.:"apply_verdict"();
