-- howdah.promote_waiting_sequences(): releases the next job of sequences that could not be settled when a job of theirs
-- ended; called with every heartbeat. Returns how many it settled, at most 100. Waits for nobody's row, for a table that somebody
-- has locked 0.2 s, since a heartbeat that waits has all workers taken for dead, and costs one look at an empty table when there is
-- nothing to do. What it had settled by then stays so.
--
-- Only those whose turn nobody has, at random: one transaction may have the turns of thousands, or their next jobs, for hours, and
-- those behind them would never be come to.
create function howdah.promote_waiting_sequences() returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
set lock_timeout = '200ms'
as $$
declare
  v_wakeup record;
  v_count integer := 0;
begin
  for v_wakeup in
    select w.id, w.sequence from howdah.sequence_wakeups w
    where not exists (select from howdah.sequences s where s.name = w.sequence)
       or w.sequence in (select s.name from howdah.sequences s
                         where s.name in (select o.sequence from howdah.sequence_wakeups o) for update skip locked)
    order by random() limit 100 for update skip locked
  loop
    begin
      if howdah.settle_sequence(v_wakeup.sequence) then
        delete from howdah.sequence_wakeups w where w.id = v_wakeup.id;
        v_count := v_count + 1;
      end if;
    exception when lock_not_available then
      exit; -- else each of them would take so long
    end;
  end loop;
  return v_count;
exception when lock_not_available then
  return 0;
end;
$$;
