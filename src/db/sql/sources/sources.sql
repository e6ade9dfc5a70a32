-- howdah.sources: one row per source, but for those that were forgotten. Reads the few rows of each; lag is what the broker said to the workers last. Which readers live
-- is what is_reading.sql says; written out here, as whoever reads a view needs the right to its functions.
create view howdah.sources as
select s.name, split_part(s.name, ':', 1) as broker, substr(s.name, strpos(s.name, ':') + 1) as place, s.task, s.application,
       case when s.refused_because is not null then 'refused'
            when s.paused_at is not null then 'paused'
            when r.readers = 0 then 'idle'
            when r.trouble is not null then 'troubled'
            else 'reading' end as state,
       r.readers,
       case when p.partitions > 0 then p.lag else r.depth end as lag,
       p.partitions, p.unread_partitions,
       s.taken + r.taken as taken, s.duplicates + r.duplicates as duplicates, s.discarded + r.discarded as discarded,
       s.without_id + r.without_id as without_id, p.lost,
       greatest(s.last_taken_at, r.last_taken_at) as last_taken_at,
       r.trouble, r.trouble_since, s.refused_because, s.refused_at, s.paused_at, s.paused_by, s.announced_at
from howdah.source_registry s
cross join lateral (
  select count(*) filter (where l.is_live)::integer as readers,
         coalesce(array_agg(q.reader) filter (where l.is_live), '{}') as live_readers, max(q.depth) filter (where l.is_live) as depth,
         (array_agg(q.trouble order by q.trouble_since) filter (where l.is_live and q.trouble is not null))[1] as trouble,
         min(q.trouble_since) filter (where l.is_live and q.trouble is not null) as trouble_since,
         coalesce(sum(q.taken), 0)::bigint as taken, coalesce(sum(q.duplicates), 0)::bigint as duplicates,
         coalesce(sum(q.discarded), 0)::bigint as discarded, coalesce(sum(q.without_id), 0)::bigint as without_id,
         max(q.last_taken_at) as last_taken_at
  from howdah.source_readers q
  cross join lateral (select q.left_at is null and q.heartbeat_at > clock_timestamp() - interval '10 seconds'
                      and (q.heartbeat_at > clock_timestamp() - interval '3 seconds'
                           or exists (select from pg_stat_get_activity(q.backend_pid) a
                                      where coalesce(a.backend_start = q.backend_start, true))) as is_live) l
  where q.source = s.name
) r
cross join lateral (
  select count(*)::integer as partitions,
         count(*) filter (where q.reader is null or q.reader <> all (r.live_readers))::integer as unread_partitions,
         sum(greatest(q.end_offset - coalesce(q.position, q.first_offset), 0))::bigint as lag,
         coalesce(sum(q.lost), 0)::bigint as lost
  from howdah.source_positions q where q.source = s.name
) p
where s.forgotten_at is null;

comment on view howdah.sources is 'Every source of messages that become jobs, with what was taken of it and what waits.';
comment on column howdah.sources.name is 'Broker and place, as in SOURCES: kafka:users.v1.';
comment on column howdah.sources.broker is 'kafka or rabbitmq.';
comment on column howdah.sources.place is 'The topic, or the queue of the broker.';
comment on column howdah.sources.task is 'The task whose jobs its messages are.';
comment on column howdah.sources.application is 'Whose workers read it.';
comment on column howdah.sources.state is
  'reading; idle: no worker reads it; troubled: one cannot, see trouble; paused; refused: somebody must decide, see refused_because.';
comment on column howdah.sources.readers is 'Worker processes that read it.';
comment on column howdah.sources.lag is 'Messages that wait at the broker, as it said last; null where it did not say.';
comment on column howdah.sources.partitions is 'Partitions of a topic; 0 for a queue.';
comment on column howdah.sources.unread_partitions is 'Those of them that no worker has at the moment.';
comment on column howdah.sources.taken is 'Messages that became jobs.';
comment on column howdah.sources.duplicates is 'Messages that came again and were known by their id or position.';
comment on column howdah.sources.discarded is 'Messages that fit no job: each is a discarded one.';
comment on column howdah.sources.without_id is 'Messages of a queue, or of a topic, that had no id.';
comment on column howdah.sources.lost is 'Messages of a topic that were gone before they were read.';
comment on column howdah.sources.last_taken_at is 'When messages of it last became jobs.';
comment on column howdah.sources.trouble is 'What keeps a worker from reading it; null when nothing does.';
comment on column howdah.sources.trouble_since is 'Since when.';
comment on column howdah.sources.refused_because is 'Why no message is taken until somebody decides: howdah.accept_source.';
comment on column howdah.sources.refused_at is 'Since when.';
comment on column howdah.sources.paused_at is 'Since when it is paused; null while it is not.';
comment on column howdah.sources.paused_by is 'Who paused it.';
comment on column howdah.sources.announced_at is 'When a worker that reads it last began.';
