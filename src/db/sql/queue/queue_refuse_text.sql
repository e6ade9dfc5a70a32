-- BEFORE INSERT trigger of one queue's job table: see unstorable_text.sql. Whoever writes the job: the engine's own add_job
-- takes what no function of Postgres can look into. A payload without a single \u does not call it.
create trigger howdah_refuse_text before insert on :"schema"._private_jobs
for each row
when (strpos(new.payload::text, E'\\u') > 0)
execute function howdah.refuse_unstorable();
