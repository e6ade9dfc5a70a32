-- Howdah's own tables. Views, functions and triggers are not here: they are repeatable SQL (src/db/sql).
CREATE SCHEMA "howdah";
--> statement-breakpoint
COMMENT ON SCHEMA "howdah" IS 'Howdah, a job queue on Postgres: enqueue, inspect and operate through the views and functions of this schema.';
--> statement-breakpoint
-- One sequence feeds every queue's job table, so a job id is unique across queues and grows with time.
CREATE SEQUENCE "howdah"."job_id_seq" AS bigint;
--> statement-breakpoint
CREATE TABLE "howdah"."queue_registry" (
	"name" text PRIMARY KEY CHECK ("name" ~ '^[a-z][a-z0-9_]{0,39}$'),
	"schema_name" text NOT NULL UNIQUE,
	"created_at" timestamptz NOT NULL DEFAULT now()
);
--> statement-breakpoint
COMMENT ON TABLE "howdah"."queue_registry" IS 'Every queue this database has, with the graphile-worker schema that holds its jobs.';
--> statement-breakpoint
CREATE TABLE "howdah"."tasks" (
	"name" text PRIMARY KEY CHECK (length("name") BETWEEN 1 AND 128),
	"queue" text NOT NULL,
	"max_retries" integer NOT NULL CHECK ("max_retries" BETWEEN 0 AND 32766),
	"timeout_ms" integer NOT NULL CHECK ("timeout_ms" >= 0),
	"payload_schema" jsonb NOT NULL,
	"updated_at" timestamptz NOT NULL DEFAULT now()
);
--> statement-breakpoint
COMMENT ON TABLE "howdah"."tasks" IS 'The task catalogue, written by every process at start: the defaults that SQL and HTTP enqueues share with TypeScript.';
--> statement-breakpoint
CREATE TABLE "howdah"."job_outcomes" (
	"job_id" bigint PRIMARY KEY,
	"state" text NOT NULL CHECK ("state" IN ('discarded', 'cancelled')),
	"attempt" integer NOT NULL
);
--> statement-breakpoint
COMMENT ON TABLE "howdah"."job_outcomes" IS 'Between a verdict and the removal of its job, both in one statement: how the job ended and after how many attempts.';
--> statement-breakpoint
CREATE TABLE "howdah"."job_history" (
	"id" bigint PRIMARY KEY,
	"queue" text NOT NULL,
	"task" text NOT NULL,
	"state" text NOT NULL CHECK ("state" IN ('completed', 'discarded', 'cancelled')),
	"priority" smallint NOT NULL,
	"attempt" integer NOT NULL,
	"max_attempts" integer NOT NULL,
	"run_at" timestamptz NOT NULL,
	"created_at" timestamptz NOT NULL,
	"started_at" timestamptz,
	"finished_at" timestamptz NOT NULL,
	"worker" text,
	"last_error" text,
	"key" text,
	"payload" json NOT NULL
);
--> statement-breakpoint
COMMENT ON TABLE "howdah"."job_history" IS 'Finished jobs. The database writes them itself in the statement that ends the job, whoever ran it.';
--> statement-breakpoint
CREATE INDEX "job_history_finished_at" ON "howdah"."job_history" ("finished_at");
--> statement-breakpoint
CREATE TABLE "howdah"."job_errors" (
	"job_id" bigint NOT NULL,
	"attempt" integer NOT NULL,
	"queue" text NOT NULL,
	"task" text NOT NULL,
	"name" text NOT NULL,
	"message" text NOT NULL,
	"stack" text,
	"worker" text,
	"failed_at" timestamptz NOT NULL DEFAULT clock_timestamp(),
	"decision" text NOT NULL CHECK ("decision" IN ('retry', 'discard', 'cancel')),
	"retry_at" timestamptz
);
--> statement-breakpoint
CREATE INDEX "job_errors_job_id" ON "howdah"."job_errors" ("job_id", "attempt");
--> statement-breakpoint
COMMENT ON TABLE "howdah"."job_errors" IS 'One row per failed attempt of a job, live or finished.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."job_errors"."attempt" IS 'Which run failed, from 1.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."job_errors"."decision" IS 'What was decided: retry (at retry_at), discard (no further run) or cancel (the task withdrew the job).';
--> statement-breakpoint
CREATE TABLE "howdah"."installed_sql" (
	"only_row" boolean PRIMARY KEY DEFAULT true CHECK ("only_row"),
	"fingerprint" text NOT NULL,
	"installed_at" timestamptz NOT NULL DEFAULT now()
);
--> statement-breakpoint
COMMENT ON TABLE "howdah"."installed_sql" IS 'Fingerprint of the repeatable SQL in place, so that a start that changes nothing takes no locks.';
