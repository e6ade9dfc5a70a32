-- howdah.queues: one row per queue with its depth by state. Counts live jobs, so it reads each queue's table once;
-- howdah.queue_stats() estimates instead.
create view howdah.queues as
select c.name, c.schema_name, c.available, c.scheduled, c.retryable, c.running, c.oldest_wait,
       s.paused_at, s.paused_by, s.fleet_concurrency
from (
:queue_counts
) c
join howdah.queue_registry r on r.name = c.name and r.removed_at is null
left join howdah.queue_settings s on s.queue = c.name;

comment on view howdah.queues is 'Every queue with the number of its live jobs by state, and what operators set on it.';
comment on column howdah.queues.name is 'Its name, as in QUEUES.';
comment on column howdah.queues.schema_name is 'The graphile-worker schema that holds the queue: what the stock CLI takes as --schema.';
comment on column howdah.queues.available is 'Jobs that a worker may take now.';
comment on column howdah.queues.scheduled is 'Jobs whose run_at is ahead, or that wait for their turn in a sequence.';
comment on column howdah.queues.retryable is 'Jobs that failed and wait for their next run.';
comment on column howdah.queues.running is 'Jobs that a worker has taken.';
comment on column howdah.queues.oldest_wait is
  'Interval that the job that has been available longest has waited; null when none waits.';
comment on column howdah.queues.paused_at is 'Since when it hands out no job; null while it does.';
comment on column howdah.queues.paused_by is 'Who paused it.';
comment on column howdah.queues.fleet_concurrency is 'Jobs that may run at once in all processes together; null for no limit.';
