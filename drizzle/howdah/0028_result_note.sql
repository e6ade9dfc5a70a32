-- What of a result could not be kept. After the look at all payloads before it, as this locks the table.
ALTER TABLE "howdah"."job_reports" ADD COLUMN "result_note" text;
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."job_reports"."result_note" IS 'What of the result could not be kept, by place; null when nothing.';
--> statement-breakpoint
ALTER TABLE "howdah"."job_history" ADD COLUMN "result_note" text;
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."job_history"."result_note" IS 'What of the result could not be kept, by place; null when nothing.';
