-- howdah.claim_unique(hash, queue, expires_at, job_id): takes a unique key for a job that is about to be written, or
-- returns the lock of the job that holds it. All columns null: taken.
--
-- A lock refuses only while its job is live, still carries that key, and the time is not up; any other is taken over.
-- So no end of a job, not even a truncated table, leaves a key stuck. Locks: only the row it takes. A second transaction
-- that wants a key somebody is just taking waits for that commit; a refusal locks nothing, so a refused transaction
-- that stays open never makes the holder's completion wait.
--
-- succeeds: a job that runs and holds the key gives it up to the one that is about to be written, if that is said to be its
-- successor. From the commit on the successor holds it; until then, and if the transaction is rolled back, nothing changes.
create function howdah.claim_unique(
  hash bytea, queue text, expires_at timestamptz, job_id bigint, succeeds bigint default null
)
returns howdah.unique_locks
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_lock howdah.unique_locks;
begin
  loop
    insert into howdah.unique_locks as l (hash, job_id, queue, expires_at)
    values (claim_unique.hash, claim_unique.job_id, claim_unique.queue, claim_unique.expires_at)
    on conflict do nothing;
    if found then
      return null;
    end if;
    select l.* into v_lock from howdah.unique_locks l where l.hash = claim_unique.hash;
    continue when not found; -- its job ended meanwhile
    if (v_lock.expires_at is null or v_lock.expires_at > clock_timestamp())
       and howdah.is_job_live(v_lock.queue, v_lock.job_id, 'unique', encode(claim_unique.hash, 'hex')) then
      if v_lock.job_id is distinct from succeeds or not howdah.give_unique_up(v_lock) then
        return v_lock;
      end if;
    end if;
    update howdah.unique_locks l
    set job_id = claim_unique.job_id, queue = claim_unique.queue, expires_at = claim_unique.expires_at
    where l.hash = claim_unique.hash and l.job_id = v_lock.job_id;
    if found then
      return null;
    end if;
  end loop; -- somebody else took it over
end;
$$;

-- howdah.give_unique_up(held): takes a unique key off the running job that holds it, and what is left of its retries: if its
-- run fails, it must not become a second live job of the key beside its successor. False, and nothing happens, when the
-- job does not run, or was cancelled: then nothing is to follow it. Waits for whoever holds the job's row, and looks for a
-- cancellation only then: whoever cancels locks that row first, so none that committed meanwhile is missed.
create function howdah.give_unique_up(held howdah.unique_locks) returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_schema constant text := howdah.queue_schema(held.queue);
  v_runs boolean;
begin
  execute format(
    'select true from %I._private_jobs j
     where j.id = $1 and j.locked_at is not null and j.flags #>> ''{howdah,unique}'' = $2 for update', v_schema)
  into v_runs using held.job_id, encode(held.hash, 'hex');
  if v_runs is null or exists (select from howdah.job_outcomes o where o.job_id = held.job_id and o.state = 'cancelled') then
    return false;
  end if;
  execute format(
    'update %I._private_jobs j
     set flags = j.flags #- ''{howdah,unique}'', max_attempts = greatest(j.attempts, 1), updated_at = now()
     where j.id = $1', v_schema)
  using held.job_id;
  return true;
end;
$$;
