-- Whose report it is: a result counts only if the run that stored it is the one that completes the job.
ALTER TABLE "howdah"."job_reports" ADD COLUMN "worker" text NOT NULL;
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."job_reports"."worker" IS 'The worker pool of the run that reported.';
