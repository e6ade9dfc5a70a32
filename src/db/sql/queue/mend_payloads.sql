-- Mends payloads of one queue that Postgres cannot look into (unstorable_text.sql), from before anybody refused them. For a
-- transaction that has just installed the triggers.
update :"schema"._private_jobs j set payload = howdah.mended_json(j.payload)
where strpos(j.payload::text, E'\\u') > 0 and howdah.has_unstorable_text(j.payload::text);
