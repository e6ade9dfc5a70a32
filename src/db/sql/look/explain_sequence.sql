-- howdah.explain_sequence(job): cause, explanation and remedy of a job that waits for its turn in a sequence; cause null for one
-- that does not. When the job ahead has ended, what keeps the next from its turn is an open transaction that holds the
-- sequence, as every enqueue into it does until its commit, or that holds the next job's row; else only a heartbeat is due.
create function howdah.explain_sequence(job record, out cause text, out explanation text, out remedy text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_parked record;
  v_holder record;
begin
  select ahead.job_id as ahead into v_parked
  from howdah.sequence_jobs s
  left join howdah.sequence_jobs ahead on ahead.sequence = s.sequence and not ahead.is_parked
  where s.job_id = job.id and s.is_parked;
  if not found then
    return;
  end if;
  cause := 'sequence';
  if v_parked.ahead is not null then
    explanation := format('It is behind job %s of its sequence %s, which is not finished.', v_parked.ahead, job.sequence);
    remedy := format('See select * from howdah.explain_job(%s); cancelling that one lets the next go.', v_parked.ahead);
    return;
  end if;
  select h.* into v_holder from howdah.sequence_holder(job.sequence) h;
  if found then
    explanation := format('The job ahead of it in its sequence %s has ended, but an open transaction holds %s (%s): the next goes when that ends.',
                          job.sequence, v_holder.what, v_holder.who);
    remedy := v_holder.remedy || ' A worker''s next heartbeat then lets the next job go.';
  else
    explanation := format('The job ahead of it in its sequence %s has ended; its turn comes with a worker''s next heartbeat.', job.sequence);
    remedy := 'Nothing needs to be done while a worker runs, whatever its queue.';
  end if;
end;
$$;

-- howdah.sequence_holder(name): the open transaction that keeps a sequence from letting its next job go, and what of it that
-- transaction holds; no row when none does.
create function howdah.sequence_holder(name text) returns table (what text, who text, remedy text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_next howdah.sequence_jobs;
  v_xmax xid;
begin
  select s.xmax into v_xmax from howdah.sequences s where s.name = sequence_holder.name;
  return query select 'the sequence', h.who, h.remedy from howdah.row_lock_holder(v_xmax, 'howdah.sequences') h;
  if found then
    return;
  end if;
  select j.* into v_next from howdah.sequence_jobs j
  where j.sequence = sequence_holder.name and j.is_parked order by j.job_id limit 1;
  return query select 'the next job, ' || v_next.job_id, h.who, h.remedy
               from howdah.job_lock_holder(v_next.queue, v_next.job_id) h where v_next.job_id is not null;
end;
$$;

-- howdah.job_lock_holder(queue, id): the open transaction that holds the row of a job; no row when none does.
create function howdah.job_lock_holder(queue text, id bigint) returns table (who text, remedy text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_table constant text := format('%I._private_jobs', howdah.queue_schema(queue));
  v_xmax xid;
begin
  execute format('select j.xmax from %s j where j.id = $1', v_table) into v_xmax using job_lock_holder.id;
  return query select h.* from howdah.row_lock_holder(v_xmax, v_table::regclass) h where v_xmax is not null;
end;
$$;

-- howdah.explain_lock(job): the open transaction that holds the row of a waiting job, which no worker takes meanwhile: one that
-- replaces it by its key, say, or an operator's; cause null when none does, and for a parked job, which no worker would take.
create function howdah.explain_lock(job record, out cause text, out explanation text, out remedy text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_holder record;
begin
  select h.* into v_holder from howdah.job_lock_holder(job.queue, job.id) h where job.run_at is not null;
  if not found then
    return;
  end if;
  cause := 'locked';
  explanation := format('An open transaction holds it (%s): workers pass over it until that ends.', v_holder.who);
  remedy := v_holder.remedy;
end;
$$;
