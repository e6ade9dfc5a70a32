-- History for charts: what each minute and hour brought, counted by upkeep from what is kept of finished jobs.
CREATE TABLE "howdah"."chart_tasks" (
	"step" interval NOT NULL CHECK ("step" IN ('1 minute', '1 hour')),
	"at" timestamptz NOT NULL,
	"queue" text NOT NULL,
	"task" text NOT NULL,
	"completed" integer NOT NULL DEFAULT 0,
	"failed" integer NOT NULL DEFAULT 0,
	"discarded" integer NOT NULL DEFAULT 0,
	"cancelled" integer NOT NULL DEFAULT 0,
	"waits" integer[],
	"runs" integer[],
	PRIMARY KEY ("step", "at", "queue", "task")
);
--> statement-breakpoint
COMMENT ON TABLE "howdah"."chart_tasks" IS 'Ends and failed attempts by queue, task and minute or hour, with histograms of their times. howdah.task_charts shows it.';
--> statement-breakpoint
CREATE TABLE "howdah"."chart_queues" (
	"step" interval NOT NULL CHECK ("step" IN ('1 minute', '1 hour')),
	"at" timestamptz NOT NULL,
	"queue" text NOT NULL,
	"available" bigint NOT NULL,
	"scheduled" bigint NOT NULL,
	"retryable" bigint NOT NULL,
	"running" bigint NOT NULL,
	"oldest_wait_seconds" double precision NOT NULL,
	PRIMARY KEY ("step", "at", "queue")
);
--> statement-breakpoint
COMMENT ON TABLE "howdah"."chart_queues" IS 'The depth of each queue by minute or hour. howdah.queue_charts shows it.';
--> statement-breakpoint
CREATE TABLE "howdah"."chart_progress" (
	"is_only" boolean PRIMARY KEY DEFAULT true CHECK ("is_only"),
	"counted_until" timestamptz NOT NULL,
	"rolled_until" timestamptz NOT NULL,
	"sampled_at" timestamptz
);
--> statement-breakpoint
COMMENT ON TABLE "howdah"."chart_progress" IS 'How far upkeep has counted minutes and made hours of them, and when it last looked at the depth of the queues. One row, none before the first time.';
--> statement-breakpoint
CREATE TABLE "howdah"."chart_unsettled" (
	"minute" timestamptz PRIMARY KEY,
	"counted" bigint NOT NULL,
	"seen_until" xid8 NOT NULL
);
--> statement-breakpoint
COMMENT ON TABLE "howdah"."chart_unsettled" IS 'Minutes that were counted and that transactions below seen_until may still add to.';
--> statement-breakpoint
-- Failed attempts of a minute are found by it.
CREATE INDEX "job_errors_failed_at" ON "howdah"."job_errors" ("failed_at");
