-- A runner is one queue's worker pool in one process, from its start to its end; its successor is a new row.
CREATE TABLE "howdah"."runners" (
	"token" uuid PRIMARY KEY,
	"queue" text NOT NULL,
	"kind" text NOT NULL CHECK ("kind" IN ('howdah', 'graphile-worker')),
	"host" text NOT NULL,
	"pid" integer NOT NULL,
	"concurrency" integer NOT NULL,
	"pool_id" text UNIQUE,
	"started_at" timestamptz NOT NULL DEFAULT clock_timestamp(),
	"heartbeat_at" timestamptz NOT NULL DEFAULT clock_timestamp(),
	"running" bigint[] NOT NULL DEFAULT '{}',
	"retired_at" timestamptz,
	"retired_because" text,
	"released_at" timestamptz
) WITH (fillfactor = 50);
--> statement-breakpoint
COMMENT ON TABLE "howdah"."runners" IS 'Every runner that lives, and those that ended until their jobs are released and a day has passed.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."runners"."token" IS 'Part of the application_name of each of its connections: howdah:<token>.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."runners"."pool_id" IS 'What graphile-worker writes to locked_by for the jobs it holds.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."runners"."running" IS 'Jobs whose handler was at work at the latest heartbeat; other jobs it holds were only prefetched.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."runners"."retired_at" IS 'From then on the database refuses every fetch, completion and failure of this runner.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."runners"."released_at" IS 'When the jobs it still held were given back.';
--> statement-breakpoint
CREATE TABLE "howdah"."queue_settings" (
	"queue" text PRIMARY KEY REFERENCES "howdah"."queue_registry" ("name"),
	"paused_at" timestamptz,
	"paused_by" text,
	"fleet_concurrency" integer CHECK ("fleet_concurrency" >= 1)
);
--> statement-breakpoint
COMMENT ON TABLE "howdah"."queue_settings" IS 'What operators set on a queue while it runs; a queue without a row has the defaults.';
--> statement-breakpoint
CREATE TABLE "howdah"."job_starts" (
	"job_id" bigint PRIMARY KEY,
	"token" uuid NOT NULL,
	"started_at" timestamptz NOT NULL DEFAULT clock_timestamp()
);
--> statement-breakpoint
COMMENT ON TABLE "howdah"."job_starts" IS 'Runs under way of jobs that were aboard when a worker died before: the suspects for poison.';
