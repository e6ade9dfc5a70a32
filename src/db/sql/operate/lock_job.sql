-- howdah.lock_job(id): where a job is and in which state, its row locked until the end of the transaction.
--
-- A live job has its queue and schema_name; a finished one has its state only; an unknown one has state null. Waits for
-- whoever holds the row, so what it says of a live job stays true until the transaction ends. Looks twice, since a
-- retry may move the job from the history back into its queue between one look and the other.
-- is_parked: it waits for its turn in a sequence. behind: the job whose end it waits for.
create function howdah.lock_job(
  id bigint, out queue text, out schema_name text, out state text, out is_parked boolean, out behind bigint
)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_registered record;
begin
  for v_look in 1..2 loop
    for v_registered in select r.name, r.schema_name from howdah.queue_registry r order by r.name loop
      execute format(
        'select case when j.locked_at is not null then ''running''
                     when j.run_at <= now() then ''available''
                     when j.last_error is not null then ''retryable''
                     else ''scheduled'' end
         from %I._private_jobs j where j.id = $1 for update', v_registered.schema_name)
      into state using lock_job.id;
      if state is not null then
        queue := v_registered.name;
        schema_name := v_registered.schema_name;
        select s.is_parked, (select min(other.job_id) from howdah.sequence_jobs other
                             where other.sequence = s.sequence and other.job_id <> s.job_id and not other.is_parked)
        into is_parked, behind
        from howdah.sequence_jobs s where s.job_id = lock_job.id;
        is_parked := coalesce(is_parked, false);
        return;
      end if;
    end loop;
    select h.state into state from howdah.job_history h where h.id = lock_job.id;
    exit when state is not null;
  end loop;
end;
$$;
