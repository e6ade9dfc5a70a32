-- howdah.lease_partitions(source, reader, topic_id, partitions): gives the reader its share of the partitions, or takes what is
-- beyond it. All readers that live have as many, give or take one; which have one more goes by their start. A partition that
-- somebody has is never taken from him while he lives: he gives it up by himself, and the next beat of another finds it free.
--
-- A lease is a number that grows each time. Nobody trusts a clock with it: a reader that was taken for dead, or stood still, finds
-- another number in the row when it wants to move the position (take_messages.sql), whose row lock decides which of the two was first.
--
-- A partition that is added to a topic that is read here already is read from its first message, whatever the source says of where to
-- begin: all that it has came after that.
--
-- One process at a time divides a source; who finds another at it leaves it for the next beat. So does who finds a partition locked:
-- its batch is being written.
create function howdah.lease_partitions(source text, reader uuid, topic_id text, partitions integer[]) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_readers uuid[];
  v_rank integer;
  v_share integer;
  v_held integer;
begin
  perform from howdah.source_registry s where s.name = lease_partitions.source and s.refused_because is null
  for no key update skip locked;
  if not found or howdah.refuse_topic(source, topic_id) then
    return;
  end if;
  insert into howdah.source_positions (source, partition, topic_id, position)
  select lease_partitions.source, n, lease_partitions.topic_id,
         case when exists (select from howdah.source_positions p where p.source = lease_partitions.source) then 0 end
  from unnest(partitions) n
  where not exists (select from howdah.source_positions p where p.source = lease_partitions.source and p.partition = n)
  on conflict do nothing;

  v_readers := array(select r.reader from howdah.source_readers r
                     where r.source = lease_partitions.source and howdah.is_reading(r.source, r.reader)
                     order by r.started_at, r.reader);
  v_rank := coalesce(array_position(v_readers, reader), 1) - 1;
  v_share := cardinality(partitions) / greatest(cardinality(v_readers), 1)
             + case when v_rank < cardinality(partitions) % greatest(cardinality(v_readers), 1) then 1 else 0 end;
  select count(*) into v_held from howdah.source_positions p where p.source = lease_partitions.source and p.reader = lease_partitions.reader;
  if v_held > v_share then
    update howdah.source_positions p set reader = null
    where p.source = lease_partitions.source and p.partition in (
      select q.partition from howdah.source_positions q
      where q.source = lease_partitions.source and q.reader = lease_partitions.reader
      order by q.partition desc limit v_held - v_share for update skip locked);
  elsif v_held < v_share then
    update howdah.source_positions p set reader = lease_partitions.reader, lease = p.lease + 1, leased_at = clock_timestamp()
    where p.source = lease_partitions.source and p.partition in (
      select q.partition from howdah.source_positions q
      where q.source = lease_partitions.source and q.partition = any (partitions)
        and (q.reader is null or not howdah.is_reading(q.source, q.reader))
      order by q.partition limit v_share - v_held for update skip locked);
  end if;
end;
$$;

-- howdah.refuse_topic(source, topic_id): whether this is another topic than the one that the positions are of. Then it is refused
-- until somebody decides: an offset says nothing about another topic, and to go on at it would leave messages out in silence.
create function howdah.refuse_topic(source text, topic_id text) returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_known text;
begin
  select p.topic_id into v_known from howdah.source_positions p
  where p.source = refuse_topic.source and p.topic_id <> refuse_topic.topic_id limit 1;
  if not found then
    update howdah.source_positions p set topic_id = refuse_topic.topic_id
    where p.source = refuse_topic.source and p.topic_id is null and refuse_topic.topic_id is not null;
    return false;
  end if;
  update howdah.source_registry s
  set other_topic_id = refuse_topic.topic_id, refused_at = clock_timestamp(),
      refused_because = format('the topic was made anew: its id is %s, and the positions here are of %s', refuse_topic.topic_id, v_known)
  where s.name = refuse_topic.source;
  return true;
end;
$$;

-- howdah.note_offsets(source, reader, offsets): what the broker says of the reader's partitions, for the lag. A position before the
-- first message that is kept moves on to it: what was between is gone, and counted as lost, but for a topic that nobody here has
-- looked at before. What it says of the end is some seconds old, and a position that has moved on since says nothing of it. Steps
-- over partitions whose batch is being written.
create function howdah.note_offsets(source text, reader uuid, offsets jsonb) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_place record;
begin
  for v_place in
    select p.partition, o.first, o."end"
    from jsonb_to_recordset(coalesce(offsets, '[]')) o (partition integer, first bigint, "end" bigint)
    join howdah.source_positions p on p.source = note_offsets.source and p.partition = o.partition and p.reader = note_offsets.reader
    join howdah.source_registry s on s.name = p.source and s.refused_because is null
    order by p.partition
    for update of p skip locked
  loop
    update howdah.source_positions p
    set first_offset = v_place.first, end_offset = greatest(v_place."end", p.position), position = greatest(p.position, v_place.first),
        lost = p.lost + case when p.first_offset is not null then greatest(v_place.first - p.position, 0) else 0 end,
        lost_at = case when v_place.first > p.position and p.first_offset is not null then clock_timestamp() else p.lost_at end
    where p.source = note_offsets.source and p.partition = v_place.partition;
  end loop;
end;
$$;

-- howdah.begin_partition(source, reader, partition, lease, topic_id, start, first, end): where the partition is read from: its position, or
-- start where it has none yet; first is the first message that is kept, and end the one that will come next. Null for a reader that has
-- lost it, or that knows another topic than the one of the positions.
--
-- A position beyond the end is of a log that was cut: that is refused, and the end kept for whoever accepts it. Here alone the two can be
-- compared: whoever holds the lease begins, so nothing of the partition is taken between the broker's answer and this.
create function howdah.begin_partition(
  source text, reader uuid, partition integer, lease bigint, topic_id text, start bigint, first bigint, "end" bigint default null
) returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_position bigint;
begin
  select p.position into v_position from howdah.source_positions p
  where p.source = begin_partition.source and p.partition = begin_partition.partition
    and p.reader = begin_partition.reader and p.lease = begin_partition.lease
    and p.topic_id is not distinct from begin_partition.topic_id;
  if v_position > begin_partition."end" then
    update howdah.source_registry s
    set refused_at = clock_timestamp(),
        refused_because = format('partition %s ends at %s, and the next message here would be %s: the topic has lost messages that were read',
                                 begin_partition.partition, begin_partition."end", v_position)
    where s.name = begin_partition.source and s.refused_because is null;
    update howdah.source_positions p set end_offset = begin_partition."end"
    where p.source = begin_partition.source and p.partition = begin_partition.partition and p.lease = begin_partition.lease;
    return null;
  end if;
  update howdah.source_positions p
  set position = case when p.position is null then begin_partition.start
                      when p.first_offset is null then greatest(p.position, begin_partition.first)
                      else p.position end,
      first_offset = coalesce(p.first_offset, begin_partition.first)
  where p.source = begin_partition.source and p.partition = begin_partition.partition
    and p.reader = begin_partition.reader and p.lease = begin_partition.lease
    and p.topic_id is not distinct from begin_partition.topic_id
  returning p.position into v_position;
  return case when found then v_position end;
end;
$$;
