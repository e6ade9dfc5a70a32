-- Queues that an operator took away, and that nobody has made again since.
ALTER TABLE "howdah"."queue_registry"
	ADD COLUMN "removed_at" timestamptz;
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."queue_registry"."removed_at" IS 'Since when it is removed: its schema stays, empty, for its history and for whoever makes it again. Null for one that is there.';
