CREATE TABLE "account_names" (
	"name" text PRIMARY KEY NOT NULL,
	"user_id" bigint NOT NULL
);
--> statement-breakpoint
DROP INDEX "verifications_one_open_per_user";--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "noticed_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "notice_job_id" text;--> statement-breakpoint
ALTER TABLE "account_names" ADD CONSTRAINT "account_names_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "verifications_open_of_user" ON "verifications" USING btree ("user_id") WHERE "verifications"."used_at" is null and "verifications"."superseded_at" is null;--> statement-breakpoint
-- Names that are taken already lead to whoever has them.
INSERT INTO "account_names" ("name", "user_id") SELECT lower("account"), "id" FROM "users";
--> statement-breakpoint
INSERT INTO howdah.application_grants (application, privilege, kind, object)
VALUES ('bank', 'select', 'table', 'public.account_names'), ('bank', 'insert', 'table', 'public.account_names');
--> statement-breakpoint
SELECT howdah.grant_roles();
