-- BEFORE UPDATE trigger of one queue's job table: see keep_sequence.sql. A fetch or an end of a run writes no
-- flags, so the condition costs them nothing.
create trigger howdah_keep_sequence before update of flags on :"schema"._private_jobs
for each row
when (new.revision <> old.revision and old.flags is not null and old.flags #>> '{howdah,sequence}' is not null
      and new.flags #>> '{howdah,sequence}' is distinct from old.flags #>> '{howdah,sequence}')
execute function howdah.keep_sequence();
