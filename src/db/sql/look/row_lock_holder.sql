-- howdah.row_lock_holder(row_xmax, relation): the open transaction that holds the lock on a row whose xmax was read so, in
-- words, and what ends it; no row when nobody does. Reads only, waits for nobody, and never shows a statement's text.
--
-- A row's lock is in the row, not in pg_locks; but whoever holds it holds the lock of its own transaction id, which is there.
-- Not found so is a subtransaction that is over while its transaction goes on: then every open transaction that has
-- locked rows of the relation is named, of which one holds it. Locks shared by several (a multixact) are not found at all.
--
-- Pid, role and application are what Postgres tells everybody; since when, and whether it is idle, is told to those who may
-- see it: the role itself, and pg_read_all_stats.
create function howdah.row_lock_holder(row_xmax xid, relation regclass) returns table (who text, remedy text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select h.who, h.remedy from howdah.transaction_holders(
    array(select coalesce(l.pid, 0) from pg_locks l
          where l.locktype = 'transactionid' and l.granted and l.transactionid = row_xmax), row_xmax) h;
  if not found and howdah.is_in_progress(row_xmax) then
    return query
    select 'one of these: ' || string_agg(h.who, '; '), string_agg(h.remedy, ' ')
    from howdah.transaction_holders(
      array(select l.pid from pg_locks l
            where l.locktype = 'relation' and l.granted and l.pid is not null
              and l.database = (select d.oid from pg_database d where d.datname = current_database())
              and l.relation = row_lock_holder.relation and l.mode in ('RowShareLock', 'RowExclusiveLock')), row_xmax) h
    having count(*) > 0;
  end if;
end;
$$;

-- howdah.transaction_holders(pids, held): each of these sessions in words; pid 0 is the prepared transaction of that id. One that has
-- just begun may be a worker's own, about to take the job.
create function howdah.transaction_holders(pids integer[], held xid) returns table (who text, remedy text)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select concat_ws(', ', 'pid ' || a.pid, 'role ' || a.usename, 'application ' || nullif(a.application_name, ''),
                   case when s.may_see then format('its transaction open for %s s%s',
                     round(extract(epoch from clock_timestamp() - a.xact_start)),
                     case when a.state like 'idle in transaction%' then ' and idle' end) end),
         concat(case when s.may_see and a.xact_start > clock_timestamp() - interval '3 seconds'
                     then 'It began a moment ago, and most end by themselves. ' end,
                format('Have its program end the transaction, or select pg_terminate_backend(%s).', a.pid))
  from pg_stat_activity a
  cross join lateral (
    select pg_has_role(session_user, a.usesysid, 'usage') or pg_has_role(session_user, 'pg_read_all_stats', 'usage')) s (may_see)
  where a.pid = any (pids)
  union all
  select format('the prepared transaction %L, role %s, open since %s', p.gid, p.owner, p.prepared),
         format('commit prepared %L or rollback prepared %1$L ends it.', p.gid)
  from pg_prepared_xacts p
  where 0 = any (pids) and p.transaction = held
$$;

-- howdah.is_in_progress(id): whether a transaction, or a subtransaction of one, is still under way. xid is without its epoch:
-- that of the latest one which is not ahead of now.
create function howdah.is_in_progress(id xid) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_next constant numeric := pg_snapshot_xmax(pg_current_snapshot())::text::numeric;
  v_id numeric := floor(v_next / 4294967296) * 4294967296 + id::text::numeric;
begin
  if v_id >= v_next then
    v_id := v_id - 4294967296;
  end if;
  return v_id > 2 and coalesce(pg_xact_status(v_id::text::xid8) = 'in progress', false);
exception when invalid_parameter_value then
  return false; -- a multixact's number, beyond every transaction's
end;
$$;
