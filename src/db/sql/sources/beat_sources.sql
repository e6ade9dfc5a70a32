-- howdah.beat_sources(reader, host, pid, sources): the sign of life of a process that reads sources, once a second, and what it
-- has to know of each: whether messages may be taken (paused, or refused with the reason), and which partitions it has.
--
-- sources: [{"source": …, "trouble": what keeps it from reading, "depth": messages that wait in a queue, "topic_id": …,
-- "partitions": [numbers], "offsets": [{"partition": …, "first": …, "end": …}]}, …]; of a queue without the last three, and of a
-- topic without them until the broker has told. leases: [{"partition": …, "lease": …, "position": …}, …].
--
-- Waits for nobody's transaction but a batch of its own that is just being counted. Raises HWCPY in a copy of the database that
-- nobody has decided about (installation.sql).
create function howdah.beat_sources(reader uuid, host text, pid integer, sources jsonb)
returns table (source text, is_paused boolean, refused_because text, leases jsonb)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_beat record;
begin
  perform howdah.claim_installation();
  for v_beat in
    select s.*
    from jsonb_to_recordset(sources) s (source text, trouble text, depth bigint, topic_id text, partitions integer[], offsets jsonb)
    join howdah.source_registry k on k.name = s.source
    order by s.source
  loop
    update howdah.source_registry k set forgotten_at = null where k.name = v_beat.source and k.forgotten_at is not null;
    insert into howdah.source_readers as r (reader, source, host, pid, backend_pid, backend_start, depth, trouble, trouble_since)
    values (beat_sources.reader, v_beat.source, beat_sources.host, beat_sources.pid, pg_backend_pid(), howdah.session_start(),
            v_beat.depth, v_beat.trouble, case when v_beat.trouble is not null then clock_timestamp() end)
    on conflict on constraint source_readers_pkey do update
    set heartbeat_at = clock_timestamp(), left_at = null, backend_pid = excluded.backend_pid, backend_start = excluded.backend_start,
        depth = excluded.depth, trouble = excluded.trouble,
        trouble_since = case when excluded.trouble is not null then coalesce(r.trouble_since, clock_timestamp()) end;
    if v_beat.partitions is not null then
      perform howdah.lease_partitions(v_beat.source, beat_sources.reader, v_beat.topic_id, v_beat.partitions);
      perform howdah.note_offsets(v_beat.source, beat_sources.reader, v_beat.offsets);
    end if;
    select k.name, k.paused_at is not null, k.refused_because,
           coalesce((select jsonb_agg(jsonb_build_object('partition', p.partition, 'lease', p.lease, 'position', p.position::text)
                                      order by p.partition)
                     from howdah.source_positions p where p.source = k.name and p.reader = beat_sources.reader), '[]')
    into source, is_paused, refused_because, leases
    from howdah.source_registry k where k.name = v_beat.source;
    return next;
  end loop;
end;
$$;

-- howdah.leave_sources(reader): the process reads nothing any more; its partitions are free for others.
create function howdah.leave_sources(reader uuid) returns void
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  update howdah.source_positions p set reader = null where p.reader = leave_sources.reader;
  update howdah.source_readers r set left_at = clock_timestamp() where r.reader = leave_sources.reader and r.left_at is null
$$;
