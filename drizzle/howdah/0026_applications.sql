-- Whose each task and schedule is: several applications may share a database. What was announced so far is the bank's, the
-- one application there was; processes of before give no name, and are heard as its own.
CREATE TABLE "howdah"."application_registry" (
	"name" text PRIMARY KEY CHECK ("name" ~ '^[a-z][a-z0-9_-]{0,62}$'),
	"takes_nameless" boolean NOT NULL DEFAULT false,
	"created_at" timestamptz NOT NULL DEFAULT clock_timestamp()
);
--> statement-breakpoint
COMMENT ON TABLE "howdah"."application_registry" IS 'Every application that announced something and was not forgotten.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."application_registry"."takes_nameless" IS 'What processes of versions before names announce counts as its own.';
--> statement-breakpoint
CREATE UNIQUE INDEX "application_registry_takes_nameless" ON "howdah"."application_registry" ("takes_nameless") WHERE "takes_nameless";
--> statement-breakpoint
CREATE TABLE "howdah"."application_hosts" (
	"application" text NOT NULL REFERENCES "howdah"."application_registry" ("name") ON UPDATE CASCADE ON DELETE CASCADE,
	"host" text NOT NULL,
	"first_seen_at" timestamptz NOT NULL DEFAULT clock_timestamp(),
	"last_seen_at" timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY ("application", "host")
);
--> statement-breakpoint
COMMENT ON TABLE "howdah"."application_hosts" IS 'From which hosts each application announced its tasks and schedules, within a day of the latest.';
--> statement-breakpoint
INSERT INTO "howdah"."application_registry" ("name", "takes_nameless")
	SELECT 'bank', true WHERE EXISTS (SELECT FROM "howdah"."tasks") OR EXISTS (SELECT FROM "howdah"."cron_entries");
--> statement-breakpoint
ALTER TABLE "howdah"."tasks" ADD COLUMN "application" text NOT NULL DEFAULT 'bank';
--> statement-breakpoint
ALTER TABLE "howdah"."cron_entries" ADD COLUMN "application" text NOT NULL DEFAULT 'bank';
--> statement-breakpoint
ALTER TABLE "howdah"."crontab_versions" ADD COLUMN "application" text NOT NULL DEFAULT 'bank';
--> statement-breakpoint
ALTER TABLE "howdah"."runners" ADD COLUMN "application" text;
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."runners"."application" IS 'Whose tasks it runs; null for a runner of a version before names.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."crontab_versions"."application" IS 'Whose crontab it is; each application has a newest of its own.';
