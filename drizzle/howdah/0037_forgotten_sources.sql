-- Sources that nobody reads any more, and that an operator took off the list.
ALTER TABLE "howdah"."source_registry"
	ADD COLUMN "forgotten_at" timestamptz;
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."source_registry"."forgotten_at" IS 'Since when howdah.sources leaves it out; null for one that a worker has read since.';
