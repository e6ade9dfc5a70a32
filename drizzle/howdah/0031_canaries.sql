-- Groups of failures of which some jobs were retried first, to see how they go.
CREATE TABLE "howdah"."canaries" (
	"id" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	"failure" text NOT NULL CHECK ("failure" ~ '^[0-9a-f]{16}$'),
	"task" text NOT NULL,
	"error" text,
	"job_ids" bigint[] NOT NULL,
	"started_at" timestamptz NOT NULL DEFAULT clock_timestamp(),
	"started_by" text NOT NULL,
	"reason" text
);
--> statement-breakpoint
CREATE INDEX "canaries_failure" ON "howdah"."canaries" ("failure", "id");
--> statement-breakpoint
COMMENT ON TABLE "howdah"."canaries" IS 'Jobs of a group of failures that were retried before the others, to see how they go: howdah.canary_outcomes tells. Kept for 90 days.';
--> statement-breakpoint
CREATE TABLE "howdah"."canary_jobs" (
	"canary_id" bigint NOT NULL REFERENCES "howdah"."canaries" ("id") ON DELETE CASCADE,
	"job_id" bigint NOT NULL,
	"outcome" text CHECK ("outcome" IN ('completed', 'failed', 'cancelled', 'gone')),
	"error" text,
	"ended_at" timestamptz,
	PRIMARY KEY ("canary_id", "job_id")
);
--> statement-breakpoint
CREATE INDEX "canary_jobs_open" ON "howdah"."canary_jobs" ("job_id") WHERE "outcome" IS NULL;
--> statement-breakpoint
COMMENT ON TABLE "howdah"."canary_jobs" IS 'How the jobs of a canary ended, kept before a later retry or upkeep takes that away; outcome null until then.';
