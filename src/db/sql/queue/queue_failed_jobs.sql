-- The newest failed jobs of one queue that have not ended, as howdah.failed_jobs has them. Whether one waits for its retry or runs
-- again, it has an error; its index (queue_page_indexes.sql) has no others.
(select j.id, :'queue'::text as queue, (select t.identifier from :"schema"._private_tasks t where t.id = j.task_id) as task,
        j.last_error, null::timestamptz as finished_at, j.updated_at
 from :"schema"._private_jobs j where j.last_error is not null order by j.id desc limit max_jobs)
