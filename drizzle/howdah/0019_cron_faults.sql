-- Entries of the crontab whose latest tick could not be enqueued.
CREATE TABLE "howdah"."cron_faults" (
	"queue" text NOT NULL,
	"identifier" text NOT NULL,
	"message" text NOT NULL,
	"failed_at" timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY ("queue", "identifier")
);
--> statement-breakpoint
COMMENT ON TABLE "howdah"."cron_faults" IS 'Entries of the crontab whose latest tick could not be enqueued, until it was.';
