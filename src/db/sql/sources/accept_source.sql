-- howdah.accept_source(source): goes on with the topic as it is now, which was refused (lease_partitions.sql), within a second. Of a
-- topic that was made anew every message is read, from the first on; of one that has lost its end what comes from there on. Ids of
-- messages are remembered as ever, so that what was written again with its old id is no second job. Returns how many
-- partitions have another position now.
-- Raises HWSRC for an unknown source, HWSTA for one that is not refused.
create function howdah.accept_source(source text) returns integer
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_source howdah.source_registry := howdah.known_source(source);
  v_count integer;
begin
  if v_source.refused_because is null then
    raise exception 'source "%" is not refused', source using errcode = 'HWSTA', hint = 'There is nothing to accept: it is read as it is.';
  end if;
  update howdah.source_registry s set other_topic_id = null, refused_because = null, refused_at = null
  where s.name = accept_source.source;
  update howdah.source_positions p
  set topic_id = coalesce(v_source.other_topic_id, p.topic_id), reader = null, lease = p.lease + 1,
      position = case when v_source.other_topic_id is null then least(p.position, p.end_offset) else 0 end,
      first_offset = case when v_source.other_topic_id is null then p.first_offset end,
      end_offset = case when v_source.other_topic_id is null then p.end_offset end
  where p.source = accept_source.source and (v_source.other_topic_id is not null or p.position > p.end_offset);
  get diagnostics v_count = row_count;
  perform howdah.record_change('sources.accept', '{}', jsonb_build_object('source', source, 'because', v_source.refused_because, 'partitions', v_count));
  return v_count;
end;
$$;

comment on function howdah.accept_source is
  'Goes on with a topic that was refused, as it was made anew or has lost its end. Returns how many partitions have another position now.';
