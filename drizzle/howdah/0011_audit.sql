-- The log of changes tells of all of them, made over HTTP, by the command line or in SQL. Rows that are there came over HTTP.
ALTER TABLE "howdah"."audit_log"
	ADD COLUMN "application" text NOT NULL DEFAULT 'howdah api';
--> statement-breakpoint
ALTER TABLE "howdah"."audit_log"
	ALTER COLUMN "application" DROP DEFAULT,
	ALTER COLUMN "request_id" DROP NOT NULL;
--> statement-breakpoint
COMMENT ON TABLE "howdah"."audit_log" IS 'What operators changed, over HTTP, by the command line or in SQL: one row a command, a batch of a bulk command, or an enqueue over HTTP; written in the transaction that made the change. The task prune_audit_log removes old rows.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."audit_log"."id" IS 'Grows with time.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."audit_log"."at" IS 'When it was done.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."audit_log"."actor" IS 'Who did it: the role that logged in, or whom the service acted for: admin over HTTP, the account on the machine for the command line.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."audit_log"."application" IS 'The application_name of the connection: howdah api, howdah cli, psql.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."audit_log"."request_id" IS 'The X-Request-Id of an HTTP request, which its log line has too; else null.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."audit_log"."job_ids" IS 'The jobs that were changed; empty when it was a queue.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."audit_log"."details" IS 'What was asked for and what came of it; never a payload.';
