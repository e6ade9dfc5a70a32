-- What the runs of a runner's tasks need, such as a broker, and whether it is there.
ALTER TABLE "howdah"."runners"
	ADD COLUMN "gates" jsonb;
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."runners"."gates" IS 'What runs of its tasks need: an array of {name, since, because, tasks}, where because says why it is not there and tasks whose runs do not begin meanwhile; null for nothing.';
