-- Turns at upkeep: what every worker does beside its jobs, one of them at a time.
CREATE TABLE "howdah"."upkeep_turns" (
	"kind" text NOT NULL CHECK (length("kind") BETWEEN 1 AND 64),
	"number" bigint NOT NULL,
	"host" text NOT NULL,
	"pid" integer NOT NULL,
	"period_ms" bigint NOT NULL CHECK ("period_ms" > 0),
	"started_at" timestamptz NOT NULL DEFAULT clock_timestamp(),
	"due_at" timestamptz NOT NULL,
	"ended_at" timestamptz,
	"removed" bigint NOT NULL DEFAULT 0,
	"removed_before" bigint NOT NULL DEFAULT 0,
	"succeeded_before" timestamptz,
	"error" text,
	PRIMARY KEY ("kind", "number")
);
--> statement-breakpoint
COMMENT ON TABLE "howdah"."upkeep_turns" IS 'The latest turns at each kind of upkeep. Whoever inserts the next number has the turn. howdah.upkeep shows the last of each.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."upkeep_turns"."due_at" IS 'When the next turn may begin: as long as this one is not ended, when it counts as that of a dead process.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."upkeep_turns"."removed_before" IS 'Rows that all turns before this one removed.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."upkeep_turns"."succeeded_before" IS 'When the latest turn before this one ended well.';
--> statement-breakpoint
COMMENT ON TABLE "howdah"."audit_log" IS 'What operators changed, over HTTP, by the command line or in SQL: one row a command, a batch of a bulk command, or an enqueue over HTTP; written in the transaction that made the change. Workers remove rows older than AUDIT_RETENTION.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."job_history"."expires_at" IS 'From then on a worker may remove the row.';
