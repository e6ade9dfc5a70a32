-- The live jobs of one queue, in the columns of howdah.jobs; the view unites one such select per queue.
select j.id, :'queue'::text as queue, t.identifier as task,
       case when j.locked_at is not null then 'running'
            when j.run_at <= now() then 'available'
            when j.last_error is not null then 'retryable'
            else 'scheduled' end as state,
       j.priority, j.attempts::integer as attempt, j.max_attempts::integer as max_attempts, j.run_at, j.created_at,
       j.locked_at as started_at, null::timestamptz as finished_at,
       case when j.locked_at is not null then now() - j.locked_at end as duration,
       j.locked_by as worker, j.last_error, j.key, j.payload
from :"schema"._private_jobs j
join :"schema"._private_tasks t on t.id = j.task_id
