-- howdah.enter_sequence(name): takes the sequence's turn for a job about to be written and tells whether that job must
-- be parked. Its row lock lasts until the transaction ends: enqueues to one sequence follow one another, so that the
-- order of ids is the order of commits.
--
-- Parks whenever any job of the sequence is left. When none of those is released (the order of events left a gap, or a
-- table was emptied without triggers), leaves a wakeup, unless there is one: that stays, as nobody settles a sequence whose turn
-- another has, and a heartbeat that did before has taken it away by the commit that gave us the turn. So a sequence that many
-- enqueue to has a few, and they do not keep heartbeats from those of others. Outside READ COMMITTED it always parks, and leaves
-- one: such a transaction cannot see what was committed since it began.
create function howdah.enter_sequence(name text) returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_head howdah.sequence_jobs;
begin
  loop
    insert into howdah.sequences (name) values (enter_sequence.name) on conflict do nothing;
    perform from howdah.sequences s where s.name = enter_sequence.name for update;
    exit when found; -- else its last job ended and took the row away
  end loop;
  if current_setting('transaction_isolation') = 'read committed' then
    if not exists (select from howdah.sequence_jobs j where j.sequence = enter_sequence.name) then
      return false;
    end if;
    select j.* into v_head from howdah.sequence_jobs j where j.sequence = enter_sequence.name and not j.is_parked;
    if found and howdah.is_job_live(v_head.queue, v_head.job_id, 'sequence', enter_sequence.name)
       or exists (select from howdah.sequence_wakeups w where w.sequence = enter_sequence.name) then
      return true;
    end if;
  end if;
  insert into howdah.sequence_wakeups (sequence) values (enter_sequence.name);
  return true;
end;
$$;
