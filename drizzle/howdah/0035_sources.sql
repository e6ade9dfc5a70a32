-- Messages of brokers that become jobs.
CREATE TABLE "howdah"."source_registry" (
	"name" text PRIMARY KEY CHECK ("name" ~ '^[a-z]+:.{1,249}$'),
	"number" integer NOT NULL UNIQUE GENERATED ALWAYS AS IDENTITY,
	"task" text NOT NULL,
	"application" text,
	"announced_at" timestamptz NOT NULL DEFAULT clock_timestamp(),
	"paused_at" timestamptz,
	"paused_by" text,
	"other_topic_id" text,
	"refused_because" text,
	"refused_at" timestamptz,
	"taken" bigint NOT NULL DEFAULT 0,
	"duplicates" bigint NOT NULL DEFAULT 0,
	"discarded" bigint NOT NULL DEFAULT 0,
	"without_id" bigint NOT NULL DEFAULT 0,
	"last_taken_at" timestamptz
);
--> statement-breakpoint
COMMENT ON TABLE "howdah"."source_registry" IS 'Where messages come from, as workers announced it. howdah.sources shows it.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."source_registry"."number" IS 'What stands for it in howdah.source_messages.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."source_registry"."other_topic_id" IS 'The id of a topic of the same name that was found in its place, until somebody decides (howdah.accept_source).';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."source_registry"."refused_because" IS 'Why no message is taken until somebody decides; null when they are.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."source_registry"."taken" IS 'Counts of readers that are gone; those of the others are in howdah.source_readers.';
--> statement-breakpoint
CREATE TABLE "howdah"."source_readers" (
	"reader" uuid NOT NULL,
	"source" text NOT NULL REFERENCES "howdah"."source_registry" ("name") ON DELETE CASCADE,
	"host" text NOT NULL,
	"pid" integer NOT NULL,
	"backend_pid" integer NOT NULL,
	"backend_start" timestamptz,
	"started_at" timestamptz NOT NULL DEFAULT clock_timestamp(),
	"heartbeat_at" timestamptz NOT NULL DEFAULT clock_timestamp(),
	"left_at" timestamptz,
	"depth" bigint,
	"trouble" text,
	"trouble_since" timestamptz,
	"taken" bigint NOT NULL DEFAULT 0,
	"duplicates" bigint NOT NULL DEFAULT 0,
	"discarded" bigint NOT NULL DEFAULT 0,
	"without_id" bigint NOT NULL DEFAULT 0,
	"last_taken_at" timestamptz,
	PRIMARY KEY ("source", "reader")
);
--> statement-breakpoint
COMMENT ON TABLE "howdah"."source_readers" IS 'A worker process that reads a source: its sign of life, its trouble, and what it counted.';
--> statement-breakpoint
CREATE TABLE "howdah"."source_positions" (
	"source" text NOT NULL REFERENCES "howdah"."source_registry" ("name") ON DELETE CASCADE,
	"partition" integer NOT NULL CHECK ("partition" >= 0),
	"topic_id" text,
	"position" bigint CHECK ("position" >= 0),
	"first_offset" bigint,
	"end_offset" bigint,
	"reader" uuid,
	"lease" bigint NOT NULL DEFAULT 0,
	"leased_at" timestamptz,
	"lost" bigint NOT NULL DEFAULT 0,
	"lost_at" timestamptz,
	PRIMARY KEY ("source", "partition")
);
--> statement-breakpoint
COMMENT ON TABLE "howdah"."source_positions" IS 'How far each partition of a topic was made jobs, and which reader has it now.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."source_positions"."position" IS 'The offset that is read next; null until the first reader decided where to begin.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."source_positions"."lease" IS 'Grows each time that a reader gets the partition: one that lost it cannot move the position.';
--> statement-breakpoint
CREATE TABLE "howdah"."source_messages" (
	"source" integer NOT NULL,
	"message_id" text NOT NULL,
	"at" timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY ("source", "message_id")
) WITH (autovacuum_vacuum_scale_factor = 0.05);
--> statement-breakpoint
CREATE INDEX "source_messages_at" ON "howdah"."source_messages" ("at");
--> statement-breakpoint
COMMENT ON TABLE "howdah"."source_messages" IS 'Ids of messages that became jobs, by the number of their source: one that comes again within 7 days is none. An id of more than 200 characters is here as its hash.';
