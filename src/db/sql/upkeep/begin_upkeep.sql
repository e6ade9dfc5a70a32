-- howdah.begin_upkeep(kind, period_ms, turn_ms, host, pid): whether the caller is to do this kind of upkeep now: number is
-- its turn then, to be ended by howdah.end_upkeep. Otherwise number is null, and next_in_ms tells when to ask again.
--
-- A turn is a row with the next number, and the row is the claim: of any number of processes that insert the same number
-- one succeeds, and the others, which wait for its statement, get nothing. So what somebody else's open transaction has locked of
-- the rows that are there stops nobody, and nothing is held while the work is done. A turn that is not ended turn_ms
-- after its start is a dead process's, and the next may begin: should that process be alive after all, both do what
-- either could have done. All by this server's clock; a turn that began in its future, as it was set back, is over.
create function howdah.begin_upkeep(
  kind text, period_ms bigint, turn_ms bigint, host text, pid integer, out number bigint, out next_in_ms bigint
)
language plpgsql
set search_path = pg_catalog, pg_temp
set lock_timeout = '500ms'
as $$
declare
  v_last howdah.upkeep_turns;
  v_wait_ms double precision;
begin
  select t.* into v_last from howdah.upkeep_turns t where t.kind = begin_upkeep.kind order by t.number desc limit 1;
  if v_last.due_at is null or v_last.due_at <= clock_timestamp() or howdah.is_in_future(v_last.started_at) then
    insert into howdah.upkeep_turns as t (kind, number, host, pid, period_ms, due_at, removed_before, succeeded_before)
    values (begin_upkeep.kind, coalesce(v_last.number, 0) + 1, begin_upkeep.host, begin_upkeep.pid, begin_upkeep.period_ms,
            clock_timestamp() + make_interval(secs => turn_ms / 1000.0),
            coalesce(v_last.removed_before + v_last.removed, 0),
            case when v_last.ended_at is not null and v_last.error is null then v_last.ended_at else v_last.succeeded_before end)
    on conflict on constraint upkeep_turns_pkey do nothing
    returning t.number into number;
  end if;
  -- Somebody else's turn may end sooner than it has to, and leave something to do.
  v_wait_ms := 1000 * extract(epoch from v_last.due_at - clock_timestamp());
  next_in_ms := ceil(greatest(1, least(period_ms, case when v_last.ended_at is not null and v_wait_ms > 0 then v_wait_ms
                                                       else least(5000, greatest(v_wait_ms, 1000)) end)));
end;
$$;
