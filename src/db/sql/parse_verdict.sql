-- howdah.parse_verdict(last_error): the verdict a Howdah worker sent in place of an error message, or null.
--
-- The engine gives a failed attempt one text, its error message. Howdah's workers put a small JSON document there
-- (src/processor/verdict.ts), which reaches the database in the very statement that fails the job: verdict and
-- failure cannot come apart. Text that is not a verdict (a task run without Howdah's plugin) gives null.
create function howdah.parse_verdict(last_error text) returns jsonb
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if last_error like 'howdah-verdict:%' then
    return substr(last_error, length('howdah-verdict:') + 1)::jsonb;
  end if;
  return null;
exception when invalid_text_representation or untranslatable_character then
  return null;
end;
$$;
