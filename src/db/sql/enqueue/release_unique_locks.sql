-- howdah.release_unique_locks(job_ids): frees the unique keys of jobs that ended. A lock that somebody is taking over
-- right now is skipped rather than waited for: it passes to them, or refuses nobody (claim_unique.sql).
create function howdah.release_unique_locks(job_ids bigint[]) returns void
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  delete from howdah.unique_locks d
  where d.hash in (select l.hash from howdah.unique_locks l where l.job_id = any (job_ids) for update skip locked)
$$;
