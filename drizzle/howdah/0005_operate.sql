-- What operators set while the service runs, and what dividing a fleet-wide limit among runners needs to know.
ALTER TABLE "howdah"."queue_settings"
	ADD COLUMN "fleet_concurrency_by" text CHECK ("fleet_concurrency_by" IN ('configuration', 'operator'));
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."queue_settings"."fleet_concurrency" IS 'Runs at once in all processes together; null for no limit.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."queue_settings"."fleet_concurrency_by" IS 'Who set fleet_concurrency last: what an operator set is not replaced by the configuration of a process that starts.';
--> statement-breakpoint
ALTER TABLE "howdah"."runners"
	ADD COLUMN "beat_number" bigint NOT NULL DEFAULT 0,
	ADD COLUMN "is_leaving" boolean NOT NULL DEFAULT false,
	ADD COLUMN "process" text NOT NULL DEFAULT '';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."runners"."beat_number" IS 'The latest heartbeat that counted; one with a smaller number was overtaken on its way and changes nothing.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."runners"."is_leaving" IS 'It takes no more jobs and only lets its runs end, so it gets no share of its queue''s fleet concurrency.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."runners"."process" IS 'The same for all runners of one process; sorts by the process''s start.';
--> statement-breakpoint
CREATE INDEX "job_outcomes_cancelled" ON "howdah"."job_outcomes" ("job_id") WHERE "state" = 'cancelled';
