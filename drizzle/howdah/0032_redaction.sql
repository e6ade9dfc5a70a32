-- Fields of payloads and results that no page, answer or command shows.
ALTER TABLE "howdah"."application_registry" ADD COLUMN "redact" text[] NOT NULL DEFAULT '{}';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."application_registry"."redact" IS 'Paths of fields of its payloads and results that are withheld over HTTP, in the dashboard and by the command line.';
