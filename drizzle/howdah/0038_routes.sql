-- Where the jobs of tasks go that a worker hands over.
ALTER TABLE "howdah"."runners"
	ADD COLUMN "routes" jsonb NOT NULL DEFAULT '{}';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."runners"."routes" IS 'Where its jobs go of the tasks that do not run there, by name. Without who may log in there, and of addresses without path and query.';
