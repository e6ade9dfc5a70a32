-- What a heartbeat tells beside the runs under way.
ALTER TABLE "howdah"."runners"
	ADD COLUMN "life_shown" boolean NOT NULL DEFAULT true,
	ADD COLUMN "blocked_since" timestamptz,
	ADD COLUMN "abandoned" bigint[] NOT NULL DEFAULT '{}';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."runners"."life_shown" IS 'Whether its process knew at its latest heartbeat that the session which shows its life was there; only then is its end a sign of death.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."runners"."blocked_since" IS 'Since when the event loop of its process has not turned; null while it does.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."runners"."abandoned" IS 'Jobs whose handlers are still at work though their run is over or should be: they ignore their signal.';
