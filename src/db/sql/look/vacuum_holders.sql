-- howdah.vacuum_holders(): what keeps vacuum from removing dead rows of the job tables, oldest snapshot first: open
-- transactions, prepared ones, replication slots, standbys that tell of theirs (hot_standby_feedback). Dead rows that stay slow down every fetch.
--
-- kind: session, prepared, slot, standby. age_seconds counts from the transaction's begin; null for a slot and a standby,
-- which tell none. age_transactions is how many transactions were begun since. Without the role pg_read_all_stats, sessions of other roles are not seen.
-- Vacuum itself is left out, as it holds nothing back. Empty when nothing does.
create function howdah.vacuum_holders() returns table (
  kind text, pid integer, name text, role text, state text, started_at timestamptz,
  age_seconds double precision, age_transactions integer
)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  select h.kind, h.pid, h.name, h.role, h.state, h.started_at,
         extract(epoch from clock_timestamp() - h.started_at)::double precision, h.age_transactions
  from (
    select case when a.backend_type = 'walsender' and a.xact_start is null then 'standby' else 'session' end as kind, a.pid, a.application_name as name, a.usename::text as role, a.state,
           a.xact_start as started_at,
           greatest(age(a.backend_xmin), age(a.backend_xid)) as age_transactions
    from pg_stat_activity a
    where (a.datname = current_database() or a.backend_type = 'walsender')
      and (a.backend_xmin is not null or a.backend_xid is not null)
      and a.pid <> pg_backend_pid() and a.backend_type <> 'autovacuum worker'
      and not exists (select from pg_stat_progress_vacuum v where v.pid = a.pid)
    union all
    select 'prepared', null, p.gid, p.owner::text, null, p.prepared, age(p.transaction)
    from pg_prepared_xacts p where p.database = current_database()
    union all
    select 'slot', s.active_pid, s.slot_name::text, null, s.wal_status, null, age(s.xmin)
    from pg_replication_slots s where s.xmin is not null
  ) h
  order by h.age_transactions desc, h.started_at
$$;

comment on function howdah.vacuum_holders() is
  'Sessions, prepared transactions and replication slots that keep vacuum from removing dead job rows, worst first.';
