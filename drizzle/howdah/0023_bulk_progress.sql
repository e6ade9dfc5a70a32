-- How far a request of several transactions has come, for the same one to go on there when it is sent again.
ALTER TABLE "howdah"."idempotency_keys" ADD COLUMN "progress" json;
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."idempotency_keys"."progress" IS 'How far a request of several transactions has come; null before the end of its first, and for others.';
