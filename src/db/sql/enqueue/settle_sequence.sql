-- howdah.settle_sequence(name): releases the sequence's next job if none is released and live. Returns false when
-- somebody else holds the sequence or that job: ask again later. Never waits for them.
--
-- Needs READ COMMITTED: what it reads after it got the sequence's row must be what earlier holders of it committed.
create function howdah.settle_sequence(name text) returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_next howdah.sequence_jobs;
begin
  perform from howdah.sequences s where s.name = settle_sequence.name for update skip locked;
  if not found then
    return not exists (select from howdah.sequences s where s.name = settle_sequence.name);
  end if;
  loop
    select j.* into v_next from howdah.sequence_jobs j where j.sequence = settle_sequence.name and not j.is_parked;
    if not found then
      select j.* into v_next from howdah.sequence_jobs j
      where j.sequence = settle_sequence.name and j.is_parked order by j.job_id limit 1;
    end if;
    if not found then
      delete from howdah.sequences s where s.name = settle_sequence.name;
      return true;
    end if;
    if not howdah.is_job_live(v_next.queue, v_next.job_id, 'sequence', settle_sequence.name) then
      delete from howdah.sequence_jobs j where j.job_id = v_next.job_id; -- its table was emptied without triggers
    elsif v_next.is_parked then
      return howdah.unpark_job(v_next);
    else
      return true;
    end if;
  end loop;
end;
$$;

-- howdah.unpark_job(parked): lets a parked job run, at the earliest when it wanted to, and wakes the workers.
-- False when somebody holds the job's row.
create function howdah.unpark_job(parked howdah.sequence_jobs) returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_schema text := howdah.queue_schema(parked.queue);
  v_is_mine boolean;
begin
  execute format('select true from %I._private_jobs j where j.id = $1 for update skip locked', v_schema)
    into v_is_mine using parked.job_id;
  if v_is_mine is null then
    return false;
  end if;
  execute format(
    'update %I._private_jobs j set run_at = $2, flags = j.flags #- ''{howdah,run_at}'', updated_at = now() where j.id = $1',
    v_schema)
  using parked.job_id, greatest(clock_timestamp(), parked.run_at);
  update howdah.sequence_jobs s set is_parked = false where s.job_id = parked.job_id;
  perform howdah.announce_jobs(1);
  return true;
end;
$$;
