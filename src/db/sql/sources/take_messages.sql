-- howdah.take_messages(source, reader, task, ids, payloads, originals, headers, sequences, faults, partition, lease,
-- offsets): makes jobs of messages, one call a batch and so one transaction: who it was, what it became and how far it came are committed together. A call
-- whose answer was lost is sent again as it is, and does nothing a second time.
--
-- All arrays are of one length. payloads: JSON, as text; null for a message that has none, of which faults says what is wrong, and
-- originals, JSON as text, stands for its bytes. ids: null for a message without one, which is taken as often as it comes. For a topic partition, lease
-- and offsets; what is before the position was taken already.
--
-- refused tells why nothing was done: 'paused', 'refused' (the source is), or 'lease': the partition is another's by now.
--
-- A payload that does not fit its task is a job that is discarded at once, with the reason: a message that cannot be a job must
-- not hold back those behind it.
--
-- Locks, in this order: the partition's row; the ids in their own order, so that two batches with the same ones wait for each other
-- one way only, and the second finds what the first has entered; what enqueues lock; and last the row that the reader counts in, as
-- its heartbeat waits for that.
-- Raises HWSRC, HWTSK, HWQUE, HWCPY, and what a job is refused with.
create function howdah.take_messages(
  source text, reader uuid, task text, ids text[], payloads text[], originals text[], headers text[], sequences text[], faults text[],
  partition integer default null, lease bigint default null, offsets bigint[] default null,
  out refused text, out taken integer, out duplicates integer, out discarded integer, out without_id integer
)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_source howdah.source_registry := howdah.known_source(source);
  v_position bigint;
  v_places integer[];
begin
  refused := case when v_source.paused_at is not null then 'paused' when v_source.refused_because is not null then 'refused' end;
  if refused is not null then
    return;
  end if;
  perform howdah.claim_installation();
  if partition is not null then
    select p.position into v_position from howdah.source_positions p
    where p.source = take_messages.source and p.partition = take_messages.partition
      and p.reader = take_messages.reader and p.lease = take_messages.lease
    for update;
    if not found then
      refused := 'lease';
      return;
    end if;
    update howdah.source_positions p set position = greatest(p.position, offsets[cardinality(offsets)] + 1),
      end_offset = greatest(p.end_offset, offsets[cardinality(offsets)] + 1)
    where p.source = take_messages.source and p.partition = take_messages.partition;
  end if;

  v_places := howdah.new_messages(v_source.number, ids, v_position, offsets);
  duplicates := cardinality(ids) - cardinality(v_places);
  select count(*) into without_id from unnest(v_places) place where ids[place] is null;
  discarded := howdah.enqueue_messages(task, v_places, payloads, originals, headers, sequences, faults);
  taken := cardinality(v_places) - discarded;

  update howdah.source_readers r
  set taken = r.taken + take_messages.taken, duplicates = r.duplicates + take_messages.duplicates,
      discarded = r.discarded + take_messages.discarded, without_id = r.without_id + take_messages.without_id,
      last_taken_at = clock_timestamp()
  where r.source = take_messages.source and r.reader = take_messages.reader;
end;
$$;

-- howdah.new_messages(source, ids, position, offsets): the places of the messages that were not taken before, from 1, in their
-- order; their ids are entered. Of two with the same id in a batch the first.
create function howdah.new_messages(source integer, ids text[], "position" bigint, offsets bigint[]) returns integer[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_places integer[];
begin
  with given as materialized (
    select m.id, m.place::integer, row_number() over (partition by m.id order by m.place) as nth
    from unnest(ids) with ordinality m (id, place)
    where "position" is null or offsets[m.place] >= "position"
  ), entered as (
    insert into howdah.source_messages (source, message_id)
    select new_messages.source, g.id from given g where g.id is not null and g.nth = 1 order by g.id
    on conflict do nothing
    returning message_id
  )
  select coalesce(array_agg(g.place order by g.place), '{}') into v_places
  from given g left join entered e on e.message_id = g.id and g.nth = 1
  where g.id is null or e.message_id is not null;
  return v_places;
end;
$$;
