-- howdah.tell_workers(): has every worker process beat now, at the caller's commit, and so learn what an operator did.
create function howdah.tell_workers() returns void
language sql volatile
set search_path = pg_catalog, pg_temp
as $$ select pg_notify('howdah_control', '') $$;
