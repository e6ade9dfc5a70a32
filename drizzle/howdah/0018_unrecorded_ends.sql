-- Why a runner ended is one of a few words; the sentence beside it is for people alone.
ALTER TABLE "howdah"."runners"
	ADD COLUMN "retired_as" text CHECK ("retired_as" IN ('stopped', 'replaced', 'gone', 'cut_off', 'unlocked', 'left')),
	ADD COLUMN "unrecorded" bigint[] NOT NULL DEFAULT '{}',
	ADD COLUMN "trouble" text,
	ADD COLUMN "is_stalled" boolean NOT NULL DEFAULT false;
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."runners"."retired_as" IS 'Why it ended: stopped (its process wished so), replaced (by its process, as its connections or its engine failed), gone (its process died), cut_off (no heartbeat for 10 s), unlocked (its jobs were, by hand), left (its process ended because it had lost it); null while it lives. Those but stopped and replaced count as a death of the jobs aboard.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."runners"."retired_because" IS 'The same in words.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."runners"."unrecorded" IS 'Jobs whose run ended and whose end it could not write yet, at the latest heartbeat; it tries again.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."runners"."trouble" IS 'What the database answered when it last could not write the end of a run; null when all are written.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."runners"."is_stalled" IS 'It begins no run before the ends of others are written, but for one at a time as a trial.';
--> statement-breakpoint
-- Attempts that are over for another reason than that they failed.
ALTER TABLE "howdah"."job_errors"
	ADD COLUMN "kind" text NOT NULL DEFAULT 'failed' CHECK ("kind" IN ('failed', 'lost', 'unrecorded'));
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."job_errors"."kind" IS 'failed: the run did. lost: its worker was lost during the run. unrecorded: the run ended, its worker was lost before that was recorded, and it may have done its work.';
