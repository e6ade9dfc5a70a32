-- howdah.enter_sequence(name): takes the sequence's turn for a job about to be written and tells whether that job must
-- be parked. Its row lock lasts until the transaction ends: enqueues to one sequence follow one another, so that the
-- order of ids is the order of commits.
--
-- Parks whenever any job of the sequence is left. When none of those is released (a job ended while another enqueue had the turn,
-- the order of events left a gap, or a table was emptied without triggers), it releases the next, to be seen when this
-- transaction commits: nobody else could before, as whoever settles needs the turn. So a sequence that many enqueue to moves on
-- by their own commits. Should this transaction roll back, the wakeup that the end left is still there, for a heartbeat.
--
-- Only where somebody holds the next job's row, and outside READ COMMITTED, where a transaction cannot see what was committed
-- since it began, a wakeup is left instead, unless there is one: that stays, as nobody settles a sequence whose turn another has,
-- and a heartbeat that did before has taken it away by the commit that gave us the turn.
create function howdah.enter_sequence(name text) returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  loop
    insert into howdah.sequences (name) values (enter_sequence.name) on conflict do nothing;
    perform from howdah.sequences s where s.name = enter_sequence.name for update;
    continue when not found; -- its last job ended and took the row away
    exit when current_setting('transaction_isolation') <> 'read committed';
    if not exists (select from howdah.sequence_jobs j where j.sequence = enter_sequence.name) then
      return false;
    end if;
    exit when not howdah.settle_sequence(enter_sequence.name); -- somebody holds the next job
    if exists (select from howdah.sequences s where s.name = enter_sequence.name) then
      return true;
    end if; -- else none of its jobs was there any more, and the row went with them
  end loop;
  if current_setting('transaction_isolation') = 'read committed'
     and exists (select from howdah.sequence_wakeups w where w.sequence = enter_sequence.name) then
    return true;
  end if;
  insert into howdah.sequence_wakeups (sequence) values (enter_sequence.name);
  return true;
end;
$$;
