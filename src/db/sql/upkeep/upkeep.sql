-- howdah.upkeep: one row per kind of upkeep, as of its latest turn.
create view howdah.upkeep as
select distinct on (t.kind)
       t.kind, make_interval(secs => t.period_ms / 1000.0) as period, t.started_at as last_started_at,
       case when t.ended_at is not null and t.error is null then t.ended_at else t.succeeded_before end as last_succeeded_at,
       case when t.ended_at is not null then t.removed end as last_removed,
       t.removed_before + t.removed as removed_total,
       case when t.ended_at is not null then t.error
            when t.due_at <= clock_timestamp() then 'Its process did not end its turn.' end as last_error,
       case when t.ended_at is null and t.due_at > clock_timestamp() then null else t.due_at end as next_due_at,
       t.host, t.pid
from howdah.upkeep_turns t
order by t.kind, t.number desc;

comment on view howdah.upkeep is
  'What workers do beside their jobs, such as removing finished jobs whose retention is over: one row a kind, as of its latest turn.';
comment on column howdah.upkeep.kind is 'finished_jobs, runners, audit_log, sources, former_tasks or charts.';
comment on column howdah.upkeep.period is 'One worker does it once in such a time.';
comment on column howdah.upkeep.last_started_at is 'When a worker last began with it.';
comment on column howdah.upkeep.last_succeeded_at is 'When it last ended well; null when it never did.';
comment on column howdah.upkeep.last_removed is 'Rows that the latest turn removed; null while it is under way.';
comment on column howdah.upkeep.removed_total is 'Rows that all turns removed.';
comment on column howdah.upkeep.last_error is 'Why the latest turn failed; null when it did not.';
comment on column howdah.upkeep.next_due_at is 'When a worker does it next; null while one is at it.';
comment on column howdah.upkeep.host is 'Machine of the worker that had the latest turn.';
comment on column howdah.upkeep.pid is 'Its process id there.';
