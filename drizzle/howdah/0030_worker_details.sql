-- What a heartbeat tells of its process.
ALTER TABLE "howdah"."runners"
	ADD COLUMN "memory_bytes" bigint,
	ADD COLUMN "version" text;
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."runners"."memory_bytes" IS 'Memory of its process (resident set) at its latest heartbeat; null for a runner of a version that does not say.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."runners"."version" IS 'Of Howdah, in its process; null likewise.';
