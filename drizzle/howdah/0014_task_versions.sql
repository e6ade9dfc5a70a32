-- The versions of each task that processes announced, so that two versions of the service can be at work at once.
CREATE TABLE "howdah"."task_versions" (
	"task" text NOT NULL CHECK (length("task") BETWEEN 1 AND 128),
	"version" text NOT NULL,
	"number" integer NOT NULL,
	"queue" text NOT NULL,
	"max_retries" integer NOT NULL CHECK ("max_retries" BETWEEN 0 AND 32766),
	"timeout_ms" integer NOT NULL CHECK ("timeout_ms" >= 0),
	"payload_schema" jsonb NOT NULL,
	"first_seen_at" timestamptz NOT NULL DEFAULT clock_timestamp(),
	"last_seen_at" timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY ("task", "version")
);
--> statement-breakpoint
COMMENT ON TABLE "howdah"."task_versions" IS 'Every version of each task that a process announced. The newest is the one of howdah.tasks.';
--> statement-breakpoint
ALTER TABLE "howdah"."tasks"
	ADD COLUMN "version" text,
	ADD COLUMN "first_seen_at" timestamptz;
--> statement-breakpoint
COMMENT ON TABLE "howdah"."tasks" IS 'The task catalogue, each task in its newest version: the defaults that SQL and HTTP enqueues share with TypeScript.';
--> statement-breakpoint
ALTER TABLE "howdah"."runners" ADD COLUMN "task_versions" jsonb NOT NULL DEFAULT '{}';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."runners"."task_versions" IS 'The version of each task this runner can run, by the task''s name.';
