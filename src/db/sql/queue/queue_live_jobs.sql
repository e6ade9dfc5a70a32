-- The live jobs of one queue, in the columns of howdah.jobs; the view unites one such select per queue.
--
-- One table in FROM and everything else as scalar subqueries: only then does the planner look through the union, and
-- "order by id desc limit 20" reads twenty rows of each table's primary key instead of sorting them all.
select j.id, :'queue'::text as queue,
       (select t.identifier from :"schema"._private_tasks t where t.id = j.task_id) as task,
       case when j.locked_at is not null then 'running'
            when j.run_at <= now() then 'available'
            when j.last_error is not null then 'retryable'
            else 'scheduled' end as state,
       j.priority, j.attempts::integer as attempt, j.max_attempts::integer as max_attempts,
       case when j.run_at < 'infinity' then j.run_at end as run_at, j.created_at,
       j.locked_at as started_at, null::timestamptz as finished_at,
       case when j.locked_at is not null then now() - j.locked_at end as duration,
       j.locked_by as worker, j.last_error,
       (select r.progress from howdah.job_reports r where r.job_id = j.id) as progress,
       (select r.progress_message from howdah.job_reports r where r.job_id = j.id) as progress_message,
       (select case when starts_with(j.key, 'howdah:' || t.identifier || ':') -- engine_key.sql: readers may not call it
                    then substr(j.key, length('howdah:' || t.identifier || ':') + 1) else j.key end
        from :"schema"._private_tasks t where t.id = j.task_id) as key,
       j.flags #>> '{howdah,sequence}' as sequence,
       case when has_column_privilege('howdah.job_history'::regclass, 'flags', 'select')
            then j.flags #> '{howdah,headers}' end as headers,
       (j.flags #>> '{howdah,deadline}')::timestamptz as deadline,
       (j.flags #>> '{howdah,timeout_ms}')::bigint as timeout_ms,
       null::timestamptz as expires_at,
       :shown_payload(j) as payload,
       null::jsonb as result, null::text as result_note
from :"schema"._private_jobs j
