-- An index on one queue's job table for looking at failed jobs among a million that wait, in order of id as pages are.
-- A job is in it only once a run has failed. Running jobs have none: it would cost every fetch and every end of a run.
create index if not exists howdah_failed on :"schema"._private_jobs (id) where last_error is not null;
