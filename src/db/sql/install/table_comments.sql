-- What the columns of the tables that roles may read mean, for \d+; those of views are said beside them.
comment on column howdah.tasks.name is 'What howdah.enqueue takes as task.';
comment on column howdah.tasks.queue is 'Queue of its jobs unless their enqueue names one.';
comment on column howdah.tasks.max_retries is 'Runs after the first, 0 to 32766, unless the enqueue says otherwise.';
comment on column howdah.tasks.timeout_ms is 'Time limit of one run in milliseconds, 0 for none, unless the enqueue says otherwise.';
comment on column howdah.tasks.payload_schema is 'JSON Schema of its payload.';
comment on column howdah.tasks.payload_check is 'Condition that a payload of that schema meets, made of it; null for none.';
comment on column howdah.tasks.payload_check_of is 'Hash of the schema that payload_check was made of.';
comment on column howdah.tasks.order_by is 'Field of the payload whose value is a job''s sequence, unless the enqueue names one; null for none.';
comment on column howdah.tasks.updated_at is 'When another version of it became the newest.';
comment on column howdah.tasks.version is 'The newest version of its definition; all are in howdah.task_versions.';
comment on column howdah.tasks.first_seen_at is 'When a process first announced that version.';
comment on column howdah.tasks.application is 'Whose task it is: that of the first process that announced it.';

comment on column howdah.task_versions.task is 'The task, as in howdah.tasks.name.';
comment on column howdah.task_versions.version is 'A hash of queue, retries, time limit, order and payload schema; the same in all processes with this definition.';
comment on column howdah.task_versions.number is 'Grows with each version that became the newest of its task; the highest is the one of howdah.tasks.';
comment on column howdah.task_versions.queue is 'As in howdah.tasks.';
comment on column howdah.task_versions.max_retries is 'As in howdah.tasks.';
comment on column howdah.task_versions.timeout_ms is 'As in howdah.tasks.';
comment on column howdah.task_versions.payload_schema is 'As in howdah.tasks.';
comment on column howdah.task_versions.order_by is 'As in howdah.tasks.';
comment on column howdah.task_versions.first_seen_at is 'When a process first announced it.';
comment on column howdah.task_versions.last_seen_at is 'When a process last did, at its start or, as every process does, every five minutes.';

comment on column howdah.job_errors.job_id is 'The job, as in howdah.jobs.id.';
comment on column howdah.job_errors.queue is 'The job''s queue.';
comment on column howdah.job_errors.task is 'The job''s task.';
comment on column howdah.job_errors.name is 'The error''s class, such as TypeError; WorkerLostError when its worker died.';
comment on column howdah.job_errors.message is 'The error''s message.';
comment on column howdah.job_errors.stack is 'Where it was thrown; null when the worker did not say.';
comment on column howdah.job_errors.worker is 'The worker pool that ran the attempt, as in howdah.workers.pool_id.';
comment on column howdah.job_errors.decision is 'What was decided: retry (at retry_at), discard (no further run) or cancel (the task cancelled the job).';
comment on column howdah.job_errors.failed_at is 'When the attempt ended.';
comment on column howdah.job_errors.retry_at is 'Earliest instant of the next attempt; null when there is none.';

comment on column howdah.job_history.payload is
  'As in howdah.jobs. Whoever is granted to select this column sees payloads there, of live jobs and schedules too.';
comment on column howdah.job_history.result is 'As in howdah.jobs. Whoever is granted to select this column sees results there.';

comment on column howdah.canaries.id is 'Grows with time.';
comment on column howdah.canaries.failure is 'The group of failures, as in howdah.failure_groups.';
comment on column howdah.canaries.task is 'The task of its jobs.';
comment on column howdah.canaries.error is 'What howdah.normalised_error makes of their errors; null for jobs without one.';
comment on column howdah.canaries.job_ids is 'The jobs that were retried, the newest first.';
comment on column howdah.canaries.started_at is 'When they were.';
comment on column howdah.canaries.started_by is 'Who did it.';
comment on column howdah.canaries.reason is 'Why, if that was said.';

comment on column howdah.source_positions.source is 'The source, as in howdah.sources.name.';
comment on column howdah.source_positions.partition is 'Its number.';
comment on column howdah.source_positions.topic_id is 'The id of the topic that the position is of; null where the broker tells none.';
comment on column howdah.source_positions.first_offset is 'Of the first message that the broker keeps.';
comment on column howdah.source_positions.end_offset is 'That the next message will have, as the broker said last.';
comment on column howdah.source_positions.reader is 'The process that has it; null while none has.';
comment on column howdah.source_positions.leased_at is 'When a process last got it.';
comment on column howdah.source_positions.lost is 'Messages that were gone before they were read.';
comment on column howdah.source_positions.lost_at is 'When that was last seen.';
