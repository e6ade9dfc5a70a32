-- Payloads with \u0000 or half of a surrogate pair, which no function of Postgres can look into, were taken and are not any
-- more. What there is gets U+FFFD in their place; live jobs do when the triggers are installed. The escaped backslash is
-- written as \u005c first, so that what begins with a backslash then is an escape.
UPDATE "howdah"."job_history" SET "payload" = regexp_replace(replace("payload"::text, '\\', '\u005c'),
	'\\u0000|\\u[dD][89aAbB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F][0-9a-fA-F]{2})|(?<!\\u[dD][89aAbB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}',
	'\ufffd', 'g')::json
WHERE strpos("payload"::text, '\u') > 0 AND replace("payload"::text, '\\', '\u005c') ~
	'\\u0000|\\u[dD][89aAbB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F][0-9a-fA-F]{2})|(?<!\\u[dD][89aAbB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}';
