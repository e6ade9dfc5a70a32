-- howdah.prune_sources(max_rows): forgets ids of messages after 7 days, at most max_rows; returns how many. Readers that are gone for a
-- day go too, and what they counted is the source's.
create function howdah.prune_sources(max_rows integer default 1000) returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count integer;
begin
  with gone as (
    delete from howdah.source_readers r
    where (r.source, r.reader) in (
      select q.source, q.reader from howdah.source_readers q
      where q.heartbeat_at < clock_timestamp() - interval '1 day' for update skip locked)
    returning r.*
  ), counted as (
    select g.source, sum(g.taken) as taken, sum(g.duplicates) as duplicates, sum(g.discarded) as discarded,
           sum(g.without_id) as without_id, max(g.last_taken_at) as last_taken_at
    from gone g group by g.source
  )
  update howdah.source_registry s
  set taken = s.taken + c.taken, duplicates = s.duplicates + c.duplicates, discarded = s.discarded + c.discarded,
      without_id = s.without_id + c.without_id, last_taken_at = greatest(s.last_taken_at, c.last_taken_at)
  from counted c where s.name = c.source;

  with old as (
    select m.source, m.message_id from howdah.source_messages m
    where m.at < now() - interval '7 days' order by m.at limit max_rows for update skip locked
  ), pruned as (
    delete from howdah.source_messages m using old o where m.source = o.source and m.message_id = o.message_id returning 1
  )
  select count(*) into v_count from pruned;
  return v_count;
end;
$$;
