-- Migrations are known by name, Howdah's and those of applications, each once. howdah_migrations.__drizzle_migrations, by whose
-- stamps earlier versions know them, stays filled: it is what takes turns, and where an earlier version learns of a later one.
CREATE TABLE "howdah"."migrations" (
	"application" text NOT NULL,
	"name" text NOT NULL,
	"hash" text NOT NULL,
	"applied_at" timestamptz DEFAULT clock_timestamp(),
	PRIMARY KEY ("application", "name")
);
--> statement-breakpoint
COMMENT ON TABLE "howdah"."migrations" IS 'Every numbered migration that was applied to this database, once each.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."migrations"."application" IS 'Whose it is; empty for Howdah''s own.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."migrations"."name" IS 'Of its file, without the ending .sql.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."migrations"."hash" IS 'SHA-256 of the file as it was then, hex.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."migrations"."applied_at" IS 'Null for one that was applied before this table was there, or by drizzle-kit.';
--> statement-breakpoint
-- What howdah_worker may do with the tables of an application, so that its workers can log in as that role.
CREATE TABLE "howdah"."application_grants" (
	"application" text NOT NULL,
	"privilege" text NOT NULL,
	"kind" text NOT NULL CHECK ("kind" IN ('schema', 'table', 'sequence', 'function')),
	"object" text NOT NULL,
	PRIMARY KEY ("application", "kind", "object", "privilege")
);
--> statement-breakpoint
COMMENT ON TABLE "howdah"."application_grants" IS 'What an application''s tasks and routes do with objects of its own, which howdah_worker is granted. Written by the application''s migrations, which then call howdah.grant_roles().';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."application_grants"."privilege" IS 'Such as select, usage or execute; one a row.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."application_grants"."object" IS 'With its schema: public.orders, or public.total(bigint) for a function. One that is not there is passed over.';
