-- The role of API and workers, for logins that need not own Howdah's tables; as 0009_roles.sql made the others. What it may is
-- repeatable SQL (src/db/sql/install/worker_grants.sql).
DO $$
BEGIN
	IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.rolname = 'howdah_worker') THEN
		CREATE ROLE howdah_worker NOLOGIN;
	END IF;
EXCEPTION
	WHEN duplicate_object OR unique_violation THEN
		NULL; -- another database's migration was first
	WHEN insufficient_privilege THEN
		RAISE NOTICE 'role howdah_worker was not created: % lacks CREATEROLE; npx howdah doctor tells what to do', current_user;
END;
$$;
