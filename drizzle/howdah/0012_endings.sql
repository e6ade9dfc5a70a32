-- Every table has a primary key, or a publication for all tables makes each update and delete of its rows fail, and with
-- them the statement that ends a job. Drawn at random: a sequence could fall behind its table (a restore, a logical replica).
ALTER TABLE "howdah"."job_errors" ADD COLUMN "id" uuid PRIMARY KEY DEFAULT gen_random_uuid();
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."job_errors"."id" IS 'Names the row, for replication.';
