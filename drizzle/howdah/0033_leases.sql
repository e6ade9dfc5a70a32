-- A worker over HTTP is a runner that lives by a lease, which each of its calls renews, rather than by a heartbeat a second.
ALTER TABLE "howdah"."runners"
	ADD COLUMN "lease_ms" integer,
	ADD COLUMN "expires_at" timestamptz,
	ALTER COLUMN "pid" DROP NOT NULL,
	DROP CONSTRAINT "runners_kind_check",
	ADD CONSTRAINT "runners_kind_check" CHECK ("kind" IN ('howdah', 'graphile-worker', 'lease')),
	DROP CONSTRAINT "runners_retired_as_check",
	ADD CONSTRAINT "runners_retired_as_check"
		CHECK ("retired_as" IN ('stopped', 'replaced', 'gone', 'cut_off', 'unlocked', 'left', 'expired')),
	ADD CONSTRAINT "runners_lease_check" CHECK (("kind" = 'lease') = ("expires_at" IS NOT NULL AND "lease_ms" IS NOT NULL));
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."runners"."lease_ms" IS 'For how many milliseconds a worker over HTTP lives without a word; null for other runners.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."runners"."expires_at" IS 'When its lease runs out, unless it is heard of before; null for other runners.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."runners"."pid" IS 'Of its process; null for a worker over HTTP.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."runners"."retired_as" IS 'Why it ended: stopped (its process wished so), replaced (by its process, as its connections or its engine failed), gone (its process died), cut_off (no heartbeat for 10 s), expired (its lease ran out), unlocked (its jobs were, by hand), left (its process ended because it had lost it); null while it lives. Those but stopped and replaced count as a death of the jobs aboard.';
