-- howdah.jobs: every job, live and finished, in every queue. Reads only; takes no lock that a worker waits for.
-- Payload, result and headers show only to whoever may select the columns payload, result and flags of
-- howdah.job_history; to others they are null. So "select *" works for every reader.
-- Text that Postgres cannot hold, as in a payload from before it was refused, shows as U+FFFD: nobody else's reading may fail.
-- Pages by id are read from primary keys. A filter on queue leaves the other queues' tables alone.
create view howdah.jobs as
:live_jobs
union all
select h.id, h.queue, h.task, h.state, h.priority, h.attempt, h.max_attempts, h.run_at, h.created_at, h.started_at,
       h.finished_at, h.finished_at - h.started_at, h.worker, h.last_error, h.progress, h.progress_message,
       h.key, h.flags #>> '{howdah,sequence}',
       case when has_column_privilege('howdah.job_history'::regclass, 'flags', 'select')
            then h.flags #> '{howdah,headers}' end,
       (h.flags #>> '{howdah,deadline}')::timestamptz, (h.flags #>> '{howdah,timeout_ms}')::bigint,
       h.expires_at,
       :shown_payload(h),
       case when has_column_privilege('howdah.job_history'::regclass, 'result', 'select') then h.result end,
       case when has_column_privilege('howdah.job_history'::regclass, 'result', 'select') then h.result_note end
from howdah.job_history h;

comment on view howdah.jobs is
  'Every job, live and finished. Payload, result and headers are null for roles that may not select them (docs/sql.md).';
comment on column howdah.jobs.id is 'Unique across queues; grows with time.';
comment on column howdah.jobs.queue is 'The queue it runs in.';
comment on column howdah.jobs.task is 'The task that runs it; howdah.tasks has its defaults.';
comment on column howdah.jobs.state is
  'scheduled (run_at ahead, or behind another job of its sequence), available, running (taken by a worker), retryable (failed, waiting), completed, discarded (will not run again) or cancelled.';
comment on column howdah.jobs.priority is '-32768 to 32767, smaller runs first; 0 unless told.';
comment on column howdah.jobs.attempt is 'Runs so far, the present one included.';
comment on column howdah.jobs.max_attempts is 'Runs at most: retries + 1.';
comment on column howdah.jobs.run_at is 'Earliest instant of the next run; null while another job of its sequence is ahead.';
comment on column howdah.jobs.created_at is 'When it was enqueued.';
comment on column howdah.jobs.started_at is 'When a worker took the job for its latest run; null while it waits.';
comment on column howdah.jobs.finished_at is 'When it completed, was discarded or was cancelled; null while live.';
comment on column howdah.jobs.duration is 'Interval since started_at, up to finished_at once finished.';
comment on column howdah.jobs.worker is 'Id of the worker pool that holds the job, or ran it when it ended: howdah.workers.pool_id. Null while it waits.';
comment on column howdah.jobs.last_error is 'Message of the latest failed run; each one is in howdah.job_errors.';
comment on column howdah.jobs.progress is 'Percent, 0 to 100, as its handler last reported.';
comment on column howdah.jobs.progress_message is 'What its handler said with the progress.';
comment on column howdah.jobs.key is 'The key by which an enqueue replaces this job while it waits.';
comment on column howdah.jobs.sequence is 'Jobs of one sequence run one at a time, in order of id.';
comment on column howdah.jobs.headers is 'String map carried to the handler. Shown to roles that may select howdah.job_history.flags.';
comment on column howdah.jobs.deadline is 'From then on the job is discarded instead of run.';
comment on column howdah.jobs.timeout_ms is 'Time limit of one run in milliseconds, 0 for none; null for the task''s.';
comment on column howdah.jobs.expires_at is 'From when on a finished job may be removed.';
comment on column howdah.jobs.payload is 'What the task is given, exactly as it was enqueued. Shown to roles that may select howdah.job_history.payload.';
comment on column howdah.jobs.result is 'What the handler returned. Shown to roles that may select howdah.job_history.result.';
comment on column howdah.jobs.result_note is 'What of the result could not be kept, by place; null when nothing. Shown with the result.';
