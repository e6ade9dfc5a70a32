-- Who pays for a run that may have begun is decided once, with all that the runner held in view.
ALTER TABLE "howdah"."runners"
	ADD COLUMN "placed" bigint[];
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."runners"."placed" IS 'Of a lost runner: the jobs it held that had a place to run in, so that a run of theirs has as good as certainly begun; null before anybody looked.';
--> statement-breakpoint
COMMENT ON COLUMN "howdah"."job_errors"."kind" IS 'failed: the run did. lost: its worker was lost during the run. unrecorded: its worker was lost, and it may have done its work: the run had ended and that was not recorded, or may have begun since the last heartbeat.';
