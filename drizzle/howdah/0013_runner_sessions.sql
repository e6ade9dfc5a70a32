-- Who a session is comes from a secret that only its runner knows, and from what the server itself says of the session.
ALTER TABLE "howdah"."runners" ADD COLUMN "secret_hash" bytea UNIQUE;
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."runners"."token" IS 'Names the runner. No secret: it is in howdah.workers, in log lines and in the application_name of its connections.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."runners"."secret_hash" IS 'SHA-256 of what a session must know to be one of this runner''s (howdah.enter_session); null for a runner of a version without.';
--> statement-breakpoint
CREATE TABLE "howdah"."runner_sessions" (
	"token" uuid NOT NULL,
	"purpose" text NOT NULL CHECK ("purpose" IN ('jobs', 'life')),
	"pid" integer NOT NULL,
	"backend_start" timestamptz NOT NULL,
	PRIMARY KEY ("token", "purpose", "pid")
);
--> statement-breakpoint
COMMENT ON TABLE "howdah"."runner_sessions" IS 'The sessions of runners, each recorded before its first statement: those that take and end jobs, and the one whose existence shows that the process lives.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."runner_sessions"."token" IS 'The runner. One of purpose life is there before the runner is registered.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."runner_sessions"."backend_start" IS 'Tells the session from a later one whose server process got the same number.';
