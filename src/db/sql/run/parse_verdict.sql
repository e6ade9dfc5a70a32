-- howdah.parse_verdict(last_error): the verdict a Howdah worker sent in place of an error message, or null.
--
-- The engine gives a failed attempt one text, its error message. Howdah's workers put a small JSON document there
-- (src/work/run/verdict.ts), which reaches the database in the very statement that fails the job: verdict and
-- failure cannot come apart. Text that is not a verdict (a task run without Howdah's plugin) gives null, and so does
-- one with a kind or a delay that no worker sends, or with none where the job is to wait: a failure must be stored whatever it says.
create function howdah.parse_verdict(last_error text) returns jsonb
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_verdict jsonb;
begin
  if not starts_with(last_error, 'howdah-verdict:') then
    return null;
  end if;
  v_verdict := substr(last_error, length('howdah-verdict:') + 1)::jsonb;
  if v_verdict ->> 'kind' in ('retry', 'discard', 'cancel', 'cancelled', 'snooze', 'misfit', 'return', 'done')
     and jsonb_typeof(coalesce(v_verdict -> 'delayMs', '0')) = 'number'
     and coalesce((v_verdict ->> 'delayMs')::numeric, 0) between 0 and 3153600000000
     and (v_verdict ->> 'kind' not in ('snooze', 'misfit') or v_verdict ? 'delayMs') then
    return v_verdict;
  end if;
  return null;
exception when data_exception then
  return null;
end;
$$;
