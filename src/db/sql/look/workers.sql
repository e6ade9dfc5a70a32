-- howdah.workers: one row per runner that lives, Howdah's own, the stock command line's and those over HTTP alike.
create view howdah.workers as
select r.token, r.queue, r.kind, r.host, r.pid, r.concurrency, cardinality(r.running) as running,
       case when coalesce(r.expires_at, r.heartbeat_at + interval '5 seconds') < clock_timestamp() then 'silent'
            when r.blocked_since is not null then 'blocked'
            when s.paused_at is not null then 'paused'
            when cardinality(r.running) > 0 then 'busy'
            else 'idle' end as state,
       r.started_at, r.heartbeat_at, r.pool_id, r.tasks, r.task_versions, r.blocked_since, r.abandoned,
       cardinality(r.unrecorded) as unrecorded, r.trouble, r.application,
       r.running as running_jobs, r.memory_bytes, r.version, r.expires_at, r.gates as brokers,
       r.process, r.routes
from howdah.runners r
left join howdah.queue_settings s on s.queue = r.queue
where r.retired_at is null;

comment on view howdah.workers is 'Every runner that lives: one queue''s worker pool in one process.';
comment on column howdah.workers.token is 'Names the runner, also in the application_name of its connections where DATABASE_URL does not give another; no secret.';
comment on column howdah.workers.queue is 'The queue it serves.';
comment on column howdah.workers.kind is 'howdah, graphile-worker for the stock command line, or lease for one over HTTP.';
comment on column howdah.workers.host is 'Host name of its process; of one over HTTP the name that it gave.';
comment on column howdah.workers.pid is 'Process id on that host; null for one over HTTP.';
comment on column howdah.workers.concurrency is 'Jobs it runs at once.';
comment on column howdah.workers.running is 'Jobs it was running at its latest heartbeat.';
comment on column howdah.workers.state is
  'busy, idle, paused (its queue is), blocked (the event loop of its process is, by a handler that does CPU-bound work), or silent (no heartbeat for 5 s: its jobs go to others after 10 s; over HTTP, its lease ran out: they are about to).';
comment on column howdah.workers.started_at is 'When it was registered.';
comment on column howdah.workers.heartbeat_at is 'Its latest heartbeat; one comes every second, but for those over HTTP.';
comment on column howdah.workers.pool_id is 'What howdah.jobs shows as the worker of its jobs.';
comment on column howdah.workers.tasks is 'Names of the tasks it can run.';
comment on column howdah.workers.task_versions is
  'The version of each of those tasks, by name: see howdah.task_versions. Empty for a worker that did not say.';
comment on column howdah.workers.blocked_since is
  'Since when the event loop of its process has been blocked: its runs stand still, but for the one that blocks it. Null while it turns.';
comment on column howdah.workers.abandoned is
  'Jobs whose handlers are still at work there though their run is over or should be: they ignore their signal.';
comment on column howdah.workers.unrecorded is 'Jobs whose run was over and whose end was not written, at its latest heartbeat.';
comment on column howdah.workers.trouble is 'What the database answered when it could not write the end of a run; null when all are written.';
comment on column howdah.workers.application is 'Whose tasks it runs; null for a worker of a version before applications had names.';
comment on column howdah.workers.running_jobs is 'The jobs that those are.';
comment on column howdah.workers.memory_bytes is
  'Memory of its process (resident set) at its latest heartbeat; null for a worker of a version that does not say.';
comment on column howdah.workers.version is 'The version of Howdah in its process; null likewise.';
comment on column howdah.workers.expires_at is 'Until when the lease of one over HTTP lives, unless it is heard of before; null for others.';
comment on column howdah.workers.brokers is
  'Where its jobs go: an array of {name, since, because, tasks}, where because says why the broker cannot be reached and tasks which wait for it; null for a worker that hands nothing over.';
comment on column howdah.workers.process is
  'The same for all runners of one process, and for no others; that of an older process sorts before that of a younger one.';
comment on column howdah.workers.routes is
  'Where the jobs go of those of its tasks that do not run there, by name, such as {"mail": "rabbitmq:mail/welcome"}; howdah.task_routes says it by task.';
