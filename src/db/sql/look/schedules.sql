-- howdah.schedules: the entries of the applications' crontab files with their last and next run. Empty without a crontab.
-- No view may read another: a dump that is under way keeps those locked which the views it read are made of, and they are replaced.
create view howdah.schedules as
select e.identifier, e.task, e.queue, e.cron,
       case when has_column_privilege('howdah.job_history'::regclass, 'payload', 'select') then e.payload end as payload,
       r.last_run_at,
       howdah.next_cron_run(e.cron, now()) as next_run_at,
       f.message as last_error, f.failed_at as last_error_at, e.application,
       not exists (select from howdah.application_registry a
                   where a.name = e.application and a.created_at > clock_timestamp() - interval '1 hour')
         and not exists (select from howdah.application_hosts h
                         where h.application = e.application and h.last_seen_at > clock_timestamp() - interval '1 hour')
         and not exists (select from howdah.runners w
                         where w.retired_at is null and w.heartbeat_at > clock_timestamp() - interval '10 seconds'
                           and (w.application = e.application
                                or w.application is null and exists (select from howdah.application_registry a
                                                                     where a.name = e.application and a.takes_nameless)))
         as is_orphaned
from howdah.cron_entries e
left join (
:cron_runs
) r on r.identifier = e.identifier and r.queue = e.queue
left join howdah.cron_faults f on f.identifier = e.identifier and f.queue = e.queue;

comment on view howdah.schedules is 'The schedules of the newest crontab file that processes of each application announced. Times are UTC.';
comment on column howdah.schedules.cron is 'Minute, hour, day of the month, month, weekday; in UTC.';
comment on column howdah.schedules.identifier is 'Names the schedule: id in its crontab line, else its task.';
comment on column howdah.schedules.task is 'The task each of its jobs runs.';
comment on column howdah.schedules.queue is 'The queue its jobs are enqueued to.';
comment on column howdah.schedules.payload is
  'What each job gets; null for an empty object. Shown to roles that may select howdah.job_history.payload.';
comment on column howdah.schedules.last_run_at is 'The latest minute for which a job was enqueued; null before the first.';
comment on column howdah.schedules.next_run_at is 'The next minute it names; null when there is none within eight years.';
comment on column howdah.schedules.last_error is 'Why its latest tick could not be enqueued; null when it was.';
comment on column howdah.schedules.last_error_at is 'When that was last tried.';
comment on column howdah.schedules.application is 'Whose schedule it is.';
comment on column howdah.schedules.is_orphaned is
  'Whether no process of that application was heard of for an hour. It stays until howdah.forget_application.';
