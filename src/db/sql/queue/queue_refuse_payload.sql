-- BEFORE INSERT trigger of one queue's job table: see refuse_payload.sql. Whoever writes the job: the engine's own add_job takes
-- what no function of Postgres can look into, or no handler could be given. Its condition is a first look, which finds most
-- payloads good without a call, and is short: Postgres reads and prepares it for every statement, which takes 1 us for each
-- operator in it, more than to call a function for one row.
create trigger howdah_refuse_payload before insert on :"schema"._private_jobs
for each row
when (octet_length(new.payload::text) > 512 or new.payload::text ~ E'\\\\u|__proto__|[0-9][eE][-+]?[0-9]{4}')
execute function howdah.refuse_payload();
