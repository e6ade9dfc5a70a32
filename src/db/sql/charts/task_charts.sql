-- howdah.task_charts: what each minute and hour brought, by queue and task. A row only where something ended or failed.
create view howdah.task_charts as
select t.step, t.at, t.queue, t.task, t.completed, t.failed, t.discarded, t.cancelled, t.waits, t.runs
from howdah.chart_tasks t;

comment on view howdah.task_charts is
  'Jobs that ended and attempts that failed by queue, task and minute (for two days) or hour (for 30 days), with how long they waited and ran. Counted within a minute or so of its end.';
comment on column howdah.task_charts.step is 'What a row is about: 1 minute or 1 hour. Do not add both up.';
comment on column howdah.task_charts.at is 'When that minute or hour begins.';
comment on column howdah.task_charts.queue is 'The queue of the jobs.';
comment on column howdah.task_charts.task is 'Their task.';
comment on column howdah.task_charts.completed is 'Jobs that completed; of jobs kept for less than two minutes, and not at all, some or all are missing.';
comment on column howdah.task_charts.failed is 'Attempts that failed, whatever was decided: howdah.job_errors.';
comment on column howdah.task_charts.discarded is 'Jobs that were discarded.';
comment on column howdah.task_charts.cancelled is 'Jobs that were cancelled.';
comment on column howdah.task_charts.waits is
  'How long the last run of those jobs waited to be taken, from when it could have been, as a histogram: howdah.duration_quantile tells a median.';
comment on column howdah.task_charts.runs is 'The same of how long that run took.';

-- howdah.queue_charts: how deep each queue was in each minute and hour.
create view howdah.queue_charts as
select q.step, q.at, q.queue, q.available, q.scheduled, q.retryable, q.running, q.oldest_wait_seconds
from howdah.chart_queues q;

comment on view howdah.queue_charts is
  'The depth of each queue by minute (for two days) or hour (for 30 days): the greatest of what howdah.queue_stats() said in it. No row while no worker lived.';
comment on column howdah.queue_charts.step is 'What a row is about: 1 minute or 1 hour.';
comment on column howdah.queue_charts.at is 'When that minute or hour begins.';
comment on column howdah.queue_charts.queue is 'The queue.';
comment on column howdah.queue_charts.available is 'Jobs that could run, at most.';
comment on column howdah.queue_charts.scheduled is 'Jobs whose time was ahead, at most.';
comment on column howdah.queue_charts.retryable is 'Jobs that had failed and waited for their next run, at most.';
comment on column howdah.queue_charts.running is 'Jobs at work, at most.';
comment on column howdah.queue_charts.oldest_wait_seconds is 'How long the longest available job had waited, at most; 0 when none waited.';
