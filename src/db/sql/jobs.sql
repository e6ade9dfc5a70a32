-- howdah.jobs: every job, live and finished, in every queue. Reads only; takes no lock that a worker waits for.
create view howdah.jobs as
:live_jobs
union all
select h.id, h.queue, h.task, h.state, h.priority, h.attempt, h.max_attempts, h.run_at, h.created_at, h.started_at,
       h.finished_at, h.finished_at - h.started_at, h.worker, h.last_error, h.key, h.payload
from howdah.job_history h;

comment on view howdah.jobs is 'Every job, live and finished.';
comment on column howdah.jobs.id is 'Unique across queues; grows with time.';
comment on column howdah.jobs.state is
  'scheduled (run_at ahead), available, running, retryable (failed, waiting), completed, discarded (will not run again) or cancelled.';
comment on column howdah.jobs.priority is 'Smaller runs first; 0 unless told.';
comment on column howdah.jobs.attempt is 'Runs so far, the present one included.';
comment on column howdah.jobs.max_attempts is 'Runs at most: retries + 1.';
comment on column howdah.jobs.run_at is 'Earliest instant of the next run.';
comment on column howdah.jobs.started_at is 'When a worker took the job for its latest run.';
comment on column howdah.jobs.duration is 'Time since started_at, up to finished_at once finished.';
comment on column howdah.jobs.worker is 'Id of the worker pool that holds the job, or held it last.';
comment on column howdah.jobs.last_error is 'Message of the latest failed run; each one is in howdah.job_errors.';
