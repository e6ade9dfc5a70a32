-- Which of two texts of Howdah's views, functions and triggers is the later one: a process never puts an earlier one over it.
ALTER TABLE "howdah"."installed_sql" ADD COLUMN "revision" integer NOT NULL DEFAULT 0;
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."installed_sql"."revision" IS 'Its place in the order of all, from 1 (src/db/sql/revisions.txt); 0 for one from before there was an order.';
