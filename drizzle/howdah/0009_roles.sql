-- Roles to grant to logins: who enqueues, who looks, who operates. They belong to the cluster, so another database may
-- have made them before. What each may do is repeatable SQL (src/db/sql/role_grants.sql). Without the right to create
-- roles the rest of Howdah works: howdah doctor tells what is missing.
DO $$
DECLARE
	v_role text;
BEGIN
	FOREACH v_role IN ARRAY ARRAY['howdah_producer', 'howdah_viewer', 'howdah_operator'] LOOP
		BEGIN
			IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.rolname = v_role) THEN
				EXECUTE format('CREATE ROLE %I NOLOGIN', v_role);
			END IF;
		EXCEPTION
			WHEN duplicate_object OR unique_violation THEN
				NULL; -- another database's migration was first
			WHEN insufficient_privilege THEN
				RAISE NOTICE 'role % was not created: % lacks CREATEROLE; npx howdah doctor tells what to do', v_role, current_user;
		END;
	END LOOP;
END;
$$;
