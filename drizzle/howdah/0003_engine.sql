-- What a production queue remembers about a job beside the engine's own columns.
ALTER TABLE "howdah"."job_history"
	ADD COLUMN "expires_at" timestamptz NOT NULL DEFAULT now() + interval '1 day',
	ADD COLUMN "result" jsonb,
	ADD COLUMN "progress" real,
	ADD COLUMN "progress_message" text,
	ADD COLUMN "flags" jsonb;
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."job_history"."expires_at" IS 'From then on the prune task may remove the row.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."job_history"."flags" IS 'The engine''s flags of the job, among them Howdah''s settings under the key howdah.';
--> statement-breakpoint
CREATE INDEX "job_history_expires_at" ON "howdah"."job_history" ("expires_at");
--> statement-breakpoint
ALTER TABLE "howdah"."job_outcomes" ALTER COLUMN "attempt" DROP NOT NULL;
--> statement-breakpoint
ALTER TABLE "howdah"."job_outcomes"
	ADD COLUMN "reason" text,
	ADD COLUMN "decided_by" text,
	ADD COLUMN "decided_at" timestamptz NOT NULL DEFAULT clock_timestamp();
--> statement-breakpoint
COMMENT ON TABLE "howdah"."job_outcomes" IS 'How a live job will end, decided before it ends: by a verdict (removed in the same statement) or by an operator who cancelled it while it runs. Whatever the run does, the job ends in this state.';
--> statement-breakpoint
CREATE TABLE "howdah"."job_reports" (
	"job_id" bigint PRIMARY KEY,
	"attempt" integer NOT NULL,
	"progress" real CHECK ("progress" BETWEEN 0 AND 100),
	"progress_message" text,
	"result" jsonb,
	"updated_at" timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 70);
--> statement-breakpoint
COMMENT ON TABLE "howdah"."job_reports" IS 'What live jobs told about themselves: progress in percent, and the result of a run that is about to complete. Moves to job_history when the job ends.';
--> statement-breakpoint
CREATE TABLE "howdah"."unique_locks" (
	"hash" bytea PRIMARY KEY,
	"job_id" bigint NOT NULL,
	"queue" text NOT NULL,
	"expires_at" timestamptz
);
--> statement-breakpoint
COMMENT ON TABLE "howdah"."unique_locks" IS 'Holders of unique keys. A row counts only while its job is live, carries that key and the time is not up, so one left behind refuses nobody.';
--> statement-breakpoint
CREATE INDEX "unique_locks_job_id" ON "howdah"."unique_locks" ("job_id");
--> statement-breakpoint
CREATE TABLE "howdah"."sequences" (
	"name" text PRIMARY KEY CHECK (length("name") BETWEEN 1 AND 200)
);
--> statement-breakpoint
COMMENT ON TABLE "howdah"."sequences" IS 'One row per sequence with live jobs; its row lock puts enqueues in order.';
--> statement-breakpoint
CREATE TABLE "howdah"."sequence_jobs" (
	"sequence" text NOT NULL REFERENCES "howdah"."sequences" ("name"),
	"job_id" bigint NOT NULL UNIQUE,
	"queue" text NOT NULL,
	"is_parked" boolean NOT NULL,
	"run_at" timestamptz,
	PRIMARY KEY ("sequence", "job_id")
);
--> statement-breakpoint
COMMENT ON TABLE "howdah"."sequence_jobs" IS 'Live jobs of each sequence, in order of job_id. At most one is not parked; the parked ones have run_at infinity in their queue and wait for it to end.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."sequence_jobs"."run_at" IS 'What a parked job''s run_at will be at the earliest; null for at once.';
--> statement-breakpoint
CREATE TABLE "howdah"."sequence_wakeups" (
	"sequence" text PRIMARY KEY
);
--> statement-breakpoint
COMMENT ON TABLE "howdah"."sequence_wakeups" IS 'Sequences whose next job could not be released at once because somebody was enqueueing; every heartbeat looks here.';
--> statement-breakpoint
ALTER TABLE "howdah"."runners"
	ADD COLUMN "granted" integer,
	ADD COLUMN "tasks" text[] NOT NULL DEFAULT '{}';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."runners"."granted" IS 'Runs at once this runner may use of its queue''s fleet concurrency; null when the queue has none.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."runners"."tasks" IS 'Names of the tasks this runner can run.';
--> statement-breakpoint
CREATE TABLE "howdah"."cron_entries" (
	"identifier" text PRIMARY KEY,
	"task" text NOT NULL,
	"queue" text NOT NULL,
	"cron" text NOT NULL,
	"options" jsonb NOT NULL DEFAULT '{}',
	"payload" json,
	"updated_at" timestamptz NOT NULL DEFAULT clock_timestamp()
);
--> statement-breakpoint
COMMENT ON TABLE "howdah"."cron_entries" IS 'The schedules of the crontab file, as the latest process that read it found them.';
