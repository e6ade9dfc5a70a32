-- Most finished jobs are kept for a day and found by when they ended; the index is of the others. It is made by one look at the
-- history, a second for 5,000,000 jobs in memory, in which no job can end; who reads goes on, as the old one is only dropped then.
CREATE INDEX "job_history_expires_at_not_in_a_day" ON "howdah"."job_history" ("expires_at")
  WHERE CASE WHEN isfinite("expires_at") THEN "expires_at" - "finished_at" <> interval '1 day' END;
--> statement-breakpoint
DROP INDEX "howdah"."job_history_expires_at";
--> statement-breakpoint
ALTER INDEX "howdah"."job_history_expires_at_not_in_a_day" RENAME TO "job_history_expires_at";
--> statement-breakpoint
CREATE TABLE "howdah"."removal_progress" (
	"is_only" boolean PRIMARY KEY DEFAULT true CHECK ("is_only"),
	"removed_until" timestamptz NOT NULL,
	"swept_at" timestamptz NOT NULL
);
--> statement-breakpoint
COMMENT ON TABLE "howdah"."removal_progress" IS 'Up to which end upkeep has removed the finished jobs that are kept for a day, and when it last began with the oldest. One row.';
--> statement-breakpoint
INSERT INTO "howdah"."removal_progress" ("removed_until", "swept_at") VALUES ('-infinity', '-infinity');
