-- Indexes on one queue's job table for looking at running and failed jobs among a million that wait. Small: a job is in
-- the first only while a worker has it, in the second only once a run has failed. Both are in order of id, as pages are.
create index if not exists howdah_running on :"schema"._private_jobs (id) where locked_at is not null;

create index if not exists howdah_failed on :"schema"._private_jobs (id) where last_error is not null;
