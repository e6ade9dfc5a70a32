-- The crontabs that processes announced, so that an older one does not take the place of a newer one in howdah.schedules.
CREATE TABLE "howdah"."crontab_versions" (
	"version" text PRIMARY KEY,
	"number" integer NOT NULL,
	"first_seen_at" timestamptz NOT NULL DEFAULT clock_timestamp(),
	"last_seen_at" timestamptz NOT NULL DEFAULT clock_timestamp()
);
--> statement-breakpoint
COMMENT ON TABLE "howdah"."crontab_versions" IS 'Every crontab that a process announced, by a hash. The entries of the one with the highest number are in howdah.cron_entries.';
