-- BEFORE INSERT trigger of one queue's job table: see refuse_payload.sql. Whoever writes the job: the engine's own add_job takes
-- what no function of Postgres can look into, or no handler could be given. Its condition is a first look, which finds most
-- payloads good, without a call: those without a single \u, the word __proto__, a number with an exponent of four digits, more than
-- 512 opening brackets, and more than 16383 bytes, so many digits being too many. Brackets are counted by replace, as translate
-- takes ten times as long.
create trigger howdah_refuse_payload before insert on :"schema"._private_jobs
for each row
when (strpos(new.payload::text, E'\\u') > 0
      or strpos(new.payload::text, '__proto__') > 0
      or octet_length(new.payload::text) > 512
         and (octet_length(new.payload::text) > 16383
              or 2 * octet_length(new.payload::text) - octet_length(replace(new.payload::text, '[', ''))
                 - octet_length(replace(new.payload::text, '{', '')) > 512)
      or new.payload::text ~ '[0-9][eE][-+]?[0-9]{4,}[[:space:]]*($|[],}])')
execute function howdah.refuse_payload();
