-- The row of a job whose last run failed is unlocked before it leaves: who ran it, and since when, is kept here.
ALTER TABLE "howdah"."job_outcomes"
	ADD COLUMN "worker" text,
	ADD COLUMN "started_at" timestamptz;
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."job_outcomes"."worker" IS 'The worker pool of the last run, when there was one.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."job_outcomes"."started_at" IS 'When that pool took the job.';
