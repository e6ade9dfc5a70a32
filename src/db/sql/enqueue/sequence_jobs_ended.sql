-- howdah.sequence_jobs_ended(job_ids): takes jobs that ended, in whatever way, out of their sequences and releases the
-- next job of each. Ids of jobs without a sequence do no harm.
--
-- Never waits: when an open transaction is enqueueing to the sequence, or holds the next job, a wakeup is left instead.
-- Outside READ COMMITTED a wakeup is all it does: such a snapshot may not show what was enqueued since.
create function howdah.sequence_jobs_ended(job_ids bigint[]) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_sequence text;
begin
  for v_sequence in
    with gone as (
      delete from howdah.sequence_jobs s where s.job_id = any (job_ids) returning s.sequence, s.is_parked
    )
    select distinct g.sequence from gone g where not g.is_parked
  loop
    if current_setting('transaction_isolation') <> 'read committed' or not howdah.settle_sequence(v_sequence) then
      insert into howdah.sequence_wakeups (sequence) values (v_sequence);
    end if;
  end loop;
end;
$$;
