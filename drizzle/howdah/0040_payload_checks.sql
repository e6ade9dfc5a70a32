-- The condition that payloads of a task meet, kept beside the schema that it is made of.
ALTER TABLE "howdah"."tasks"
	ADD COLUMN "payload_check" jsonpath,
	ADD COLUMN "payload_check_of" bigint;
