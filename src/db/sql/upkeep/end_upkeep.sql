-- howdah.end_upkeep(kind, number, removed, is_rest, error): ends a turn that howdah.begin_upkeep gave, and returns in how
-- many milliseconds the next is due: at once where something is left to do (is_rest), within a minute after an error, else
-- a period after this one began. Null, and nothing, for a turn that was ended. Forgets turns that are long over.
create function howdah.end_upkeep(kind text, number bigint, removed bigint, is_rest boolean, error text) returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
set lock_timeout = '500ms'
as $$
declare
  v_due_at timestamptz;
begin
  update howdah.upkeep_turns t
  set ended_at = clock_timestamp(), removed = end_upkeep.removed, error = left(end_upkeep.error, 1000),
      due_at = case when end_upkeep.error is not null
                      then clock_timestamp() + make_interval(secs => least(t.period_ms, 60000) / 1000.0)
                    when is_rest then clock_timestamp()
                    else t.started_at + make_interval(secs => t.period_ms / 1000.0) end
  where t.kind = end_upkeep.kind and t.number = end_upkeep.number and t.ended_at is null
  returning t.due_at into v_due_at;

  delete from howdah.upkeep_turns t
  using (select o.number from howdah.upkeep_turns o
         where o.kind = end_upkeep.kind and o.number <= end_upkeep.number - 20
         order by o.number limit 100 for update skip locked) old
  where t.kind = end_upkeep.kind and t.number = old.number;
  return case when v_due_at is not null then ceil(greatest(0, 1000 * extract(epoch from v_due_at - clock_timestamp()))) end;
end;
$$;
