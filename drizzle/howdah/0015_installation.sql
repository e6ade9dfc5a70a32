-- Which database this is, as its workers last knew it: a copy of it has all its rows, and is another.
CREATE TABLE "howdah"."installation" (
	"only_row" boolean PRIMARY KEY DEFAULT true CHECK ("only_row"),
	"id" uuid NOT NULL DEFAULT gen_random_uuid(),
	"system_identifier" bigint,
	"database_oid" oid NOT NULL,
	"database_name" text NOT NULL,
	"adopted_at" timestamptz NOT NULL DEFAULT clock_timestamp(),
	"adopted_by" text NOT NULL
);
--> statement-breakpoint
COMMENT ON TABLE "howdah"."installation" IS 'The database whose workers run the jobs in here. Written when the first worker begins, and by howdah adopt; no row before.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."installation"."system_identifier" IS 'Of the server''s data, given by initdb; null where the server does not tell.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."installation"."database_oid" IS 'Of the database in its server; another for each CREATE DATABASE.';
