-- Tasks whose jobs go in the order of a field of their payload.
ALTER TABLE "howdah"."tasks"
	ADD COLUMN "order_by" text;
--> statement-breakpoint
ALTER TABLE "howdah"."task_versions"
	ADD COLUMN "order_by" text;
