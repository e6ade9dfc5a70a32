-- What looking at jobs at scale, and acting on them over HTTP, needs. Pages of finished jobs are read in order of id.
CREATE INDEX "job_history_queue_id" ON "howdah"."job_history" ("queue", "id");
--> statement-breakpoint
CREATE INDEX "job_history_task_id" ON "howdah"."job_history" ("task", "id");
--> statement-breakpoint
CREATE INDEX "job_history_state_id" ON "howdah"."job_history" ("state", "id") WHERE "state" <> 'completed';
--> statement-breakpoint
CREATE INDEX "job_history_failed_id" ON "howdah"."job_history" ("id") WHERE "last_error" IS NOT NULL;
--> statement-breakpoint
CREATE INDEX "job_history_key_id" ON "howdah"."job_history" ("key", "id") WHERE "key" IS NOT NULL;
--> statement-breakpoint
-- Rows are appended more or less as jobs were created, so block ranges find a time of creation at next to no cost for
-- those who write. Times of the end have a B-tree: the stream of events follows them.
CREATE INDEX "job_history_created_at" ON "howdah"."job_history"
	USING brin ("created_at" timestamptz_minmax_multi_ops) WITH (pages_per_range = 32, autosummarize = on);
--> statement-breakpoint
CREATE TABLE "howdah"."audit_log" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
	"at" timestamptz NOT NULL DEFAULT clock_timestamp(),
	"actor" text NOT NULL,
	"action" text NOT NULL,
	"request_id" text NOT NULL,
	"job_ids" bigint[] NOT NULL DEFAULT '{}',
	"details" jsonb NOT NULL DEFAULT '{}'
);
--> statement-breakpoint
COMMENT ON TABLE "howdah"."audit_log" IS 'Every change that was made over HTTP, written in the transaction that made it. Nothing removes rows.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."audit_log"."actor" IS 'Whose token it was: admin.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."audit_log"."action" IS 'Such as jobs.enqueue, jobs.cancel or queues.pause.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."audit_log"."request_id" IS 'The X-Request-Id of the request; its log line has it too. A bulk command leaves one row a batch.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."audit_log"."job_ids" IS 'The jobs that were changed.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."audit_log"."details" IS 'What the request asked for, without payloads.';
--> statement-breakpoint
CREATE INDEX "audit_log_at" ON "howdah"."audit_log" USING brin ("at");
--> statement-breakpoint
CREATE INDEX "audit_log_job_ids" ON "howdah"."audit_log" USING gin ("job_ids");
--> statement-breakpoint
CREATE TABLE "howdah"."idempotency_keys" (
	"key" text PRIMARY KEY,
	"request_hash" bytea NOT NULL,
	"answer" json,
	"expires_at" timestamptz NOT NULL DEFAULT now() + interval '24 hours'
);
--> statement-breakpoint
COMMENT ON TABLE "howdah"."idempotency_keys" IS 'First answers to requests with an Idempotency-Key, given again for 24 hours. Written in the transaction of the request.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."idempotency_keys"."request_hash" IS 'SHA-256 of method, address and body: another request may not use the key.';
--> statement-breakpoint
CREATE INDEX "idempotency_keys_expires_at" ON "howdah"."idempotency_keys" ("expires_at");
