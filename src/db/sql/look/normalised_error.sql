-- howdah.normalised_error(error): what is left of an error's message when all that differs from job to job is taken out: text in
-- quotes, e-mail addresses, IP addresses, UUIDs, numbers, instants, and every word with a digit in it, as ids and the pieces of paths
-- that tell one file from another are. Each becomes an ellipsis, and a list of them one. At most 200 characters on one line; of
-- the message the first 500 count. Null for null.
--
-- Its time is bounded: 500 characters take less than a millisecond, whatever they are and however much follows. Characters are
-- compared as bytes (collate "C"), so that every database says the same. The one place where this is defined: whoever groups by
-- errors calls it, and an id of howdah.failure_id changes with it.
create function howdah.normalised_error(error text) returns text
language sql immutable security definer parallel safe cost 2000
set search_path = pg_catalog, pg_temp
as $$
  select btrim(left(regexp_replace(regexp_replace(regexp_replace(
    left(error, 500) collate "C",
    E'"(?:[^"\\\\\\n]|\\\\.)*(?:"|$)|`[^`\\n]*`|“[^”\\n]*”|‘[^’\\n]*’|«[^»\\n]*»'
    -- An apostrophe within a word neither begins nor ends what is quoted.
    '|(?<![0-9A-Za-z])''(?:[^''\\n]|(?<=[A-Za-z])''(?=[A-Za-z]))*''(?![0-9A-Za-z])'
    '|[0-9A-Za-z.!#$%&''*+/=?^_`{|}~-]+@[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*'
    -- IPv6, UUIDs and hexadecimal numbers, of which a part may be all letters.
    '|(?<![0-9A-Za-z:])(?:[0-9A-Fa-f]{0,4}:){2,8}[0-9A-Fa-f]{0,4}(?![0-9A-Za-z:])'
    '|(?<![0-9A-Za-z])[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?![0-9A-Za-z])'
    '|(?<![0-9A-Za-z])[0-9A-Fa-f]{8,}(?![0-9A-Za-z])'
    -- Words with a digit in them, and what is put together from such: 10.0.0.1:5432, 2026-11-26T06:10:46.123Z, 1,234.5%.
    '|[+-]?[0-9A-Za-z]*[0-9][0-9A-Za-z]*(?:[.:,_-]+[0-9A-Za-z]*[0-9][0-9A-Za-z]*)*%?',
    '…', 'g'), E'…(?:[\\s,;]*…)+', '…', 'g'), E'\\s+', ' ', 'g'), 200))
$$;

comment on function howdah.normalised_error is
  'What is left of an error when quoted text, e-mail and IP addresses, UUIDs, numbers, instants and words with a digit are taken out: at most 200 characters, by which failures are grouped.';

-- howdah.failure_hash(task, normalised): names the group of failures of that task with that normalised error: 16 hexadecimal digits.
create function howdah.failure_hash(task text, normalised text) returns text
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
  select left(encode(sha256(convert_to(task || E'\n' || normalised, 'UTF8')), 'hex'), 16)
$$;

-- howdah.failure_id(task, error): the same, of an error as it was; a job without one is in a group of its own.
create function howdah.failure_id(task text, error text) returns text
language sql immutable parallel safe cost 2000
set search_path = pg_catalog, pg_temp
as $$
  select howdah.failure_hash(task, coalesce(howdah.normalised_error(error), ''))
$$;
