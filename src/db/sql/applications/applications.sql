-- howdah.applications: the applications that share this database, what belongs to each, and from where each was last heard of.
-- A runner that did not say whose it is, is of a version before names. No functions here: whoever reads a view must be allowed to call those.
create view howdah.applications as
select a.name,
       array(select t.name from howdah.tasks t where t.application = a.name order by 1) as tasks,
       array(select e.identifier from howdah.cron_entries e where e.application = a.name order by 1) as schedules,
       r.count::integer as workers, coalesce(h.hosts, '{}') as hosts, h.last_seen_at,
       r.count = 0 and coalesce(h.last_seen_at, a.created_at) < clock_timestamp() - interval '1 hour' as is_gone
from howdah.application_registry a
cross join lateral (
  select array_agg(h.host order by h.last_seen_at desc, h.host) as hosts, max(h.last_seen_at) as last_seen_at
  from howdah.application_hosts h where h.application = a.name
) h
cross join lateral (
  select count(*) from howdah.runners r
  where r.retired_at is null and coalesce(r.expires_at, r.heartbeat_at + interval '10 seconds') > clock_timestamp()
    and (r.application = a.name or r.application is null and a.takes_nameless and r.kind <> 'lease')
) r;

comment on view howdah.applications is 'The applications of this database, with what belongs to each.';
comment on column howdah.applications.name is 'Its name, as its processes have it.';
comment on column howdah.applications.tasks is 'Names of its tasks.';
comment on column howdah.applications.schedules is 'Names of its schedules.';
comment on column howdah.applications.workers is 'How many runners of it live: one a queue and process.';
comment on column howdah.applications.hosts is 'Hosts it announced its tasks from, the latest first.';
comment on column howdah.applications.last_seen_at is
  'When one of its processes last announced its tasks, as each does at its start and every five minutes.';
comment on column howdah.applications.is_gone is
  'Whether no process of it was heard of for an hour. It keeps what it has until howdah.forget_application.';
