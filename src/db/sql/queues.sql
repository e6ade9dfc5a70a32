-- howdah.queues: one row per queue with its depth by state. Counts live jobs, so it reads each queue's table once.
create view howdah.queues as
:queue_counts;

comment on view howdah.queues is 'Every queue with the number of its live jobs by state.';
comment on column howdah.queues.schema_name is 'The graphile-worker schema that holds the queue: what the stock CLI takes as --schema.';
comment on column howdah.queues.oldest_wait is 'How long the job that has been available longest has waited; null when none waits.';
