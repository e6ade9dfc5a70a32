-- howdah.reason_in_words(because): which of the reasons in howdah.runners.retired_as a sentence means. Of use for processes
-- and rows older than that column, which have the sentence alone; nothing else reads sentences.
create function howdah.reason_in_words(because text) returns text
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select case when because = 'stopped' then 'stopped'
              when because like 'replaced: %' then 'replaced'
              when because = 'no heartbeat for 10 s' then 'cut_off'
              when because = 'its jobs were unlocked by hand' then 'unlocked'
              else 'gone' end -- also for "its worker left", as such a worker did not say what was at work then
$$;
