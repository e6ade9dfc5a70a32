-- howdah.prune_audit_log(older_than, max_rows): removes rows of the audit log that are older than that, at most max_rows;
-- returns how many. Fewer than asked for means that nothing is left for now.
--
-- Ids and times of rows grow together, give or take the transactions that were under way at the same moment. So only the
-- rows with the smallest ids are looked at, and a log without old rows costs one look at its first page.
create function howdah.prune_audit_log(older_than interval, max_rows integer default 1000) returns integer
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  with oldest as (
    select a.id, a.at from howdah.audit_log a order by a.id limit max_rows for update skip locked
  ), pruned as (
    delete from howdah.audit_log a using oldest o where a.id = o.id and o.at < now() - older_than returning 1
  )
  select count(*)::integer from pruned
$$;
