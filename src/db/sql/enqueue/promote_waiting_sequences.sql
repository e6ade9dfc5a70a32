-- howdah.promote_waiting_sequences(): releases the next job of sequences that could not be settled when a job of theirs
-- ended; called with every heartbeat. Returns how many it settled, at most 100. Waits for nobody, and costs one look
-- at an empty table when there is nothing to do.
create function howdah.promote_waiting_sequences() returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_wakeup record;
  v_count integer := 0;
begin
  for v_wakeup in
    select w.id, w.sequence from howdah.sequence_wakeups w order by w.id limit 100 for update skip locked
  loop
    if howdah.settle_sequence(v_wakeup.sequence) then
      delete from howdah.sequence_wakeups w where w.id = v_wakeup.id;
      v_count := v_count + 1;
    end if;
  end loop;
  return v_count;
end;
$$;
