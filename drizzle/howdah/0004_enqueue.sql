-- One job as its enqueuer describes it: what howdah.enqueue_job takes one by one and howdah.enqueue_jobs as JSON.
CREATE TYPE "howdah"."job_options" AS (
	"task" text,
	"payload" json,
	"queue" text,
	"run_at" timestamptz,
	"delay" interval,
	"max_retries" integer,
	"priority" integer,
	"timeout" interval,
	"deadline" timestamptz,
	"retention" interval,
	"key" text,
	"key_mode" text,
	"unique_key" text,
	"unique_for" interval,
	"sequence" text,
	"headers" jsonb
);
--> statement-breakpoint
COMMENT ON TYPE "howdah"."job_options" IS 'A job to enqueue: task, payload and options; null is the default. Fields of the objects that howdah.enqueue_jobs takes.';
--> statement-breakpoint
-- Nobody may wait to leave a wakeup: with a key, a completion would wait for an enqueue that left the same one.
ALTER TABLE "howdah"."sequence_wakeups" DROP CONSTRAINT "sequence_wakeups_pkey";
--> statement-breakpoint
ALTER TABLE "howdah"."sequence_wakeups" ADD COLUMN "id" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;
--> statement-breakpoint
CREATE UNIQUE INDEX "sequence_jobs_one_at_a_time" ON "howdah"."sequence_jobs" ("sequence") WHERE NOT "is_parked";
