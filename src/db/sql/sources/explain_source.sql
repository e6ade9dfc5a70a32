-- howdah.explain_source(source): why messages of the source do not become jobs right now, or that they do. Always one row: cause is
-- one word (copy, refused, paused, no_reader, trouble, partitions, behind, reading), explanation the same as a sentence, remedy what
-- would change it; null when nothing need be. Raises HWSRC.
create function howdah.explain_source(source text, out cause text, out explanation text, out remedy text)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_source record;
  v_problem constant text := howdah.installation_problem();
begin
  perform howdah.known_source(source);
  select s.* into v_source from howdah.sources s where s.name = explain_source.source;
  if v_problem is not null then
    cause := 'copy';
    explanation := 'No worker reads it in a copy of the database. ' || v_problem;
    remedy := 'npx howdah adopt decides; unless it is paused by then, it is read within seconds after that.';
  elsif v_source.refused_because is not null then
    cause := 'refused';
    explanation := format('No message is taken since %s: %s.', howdah.iso_instant(v_source.refused_at), v_source.refused_because);
    remedy := format('If that is meant, select howdah.accept_source(%L); goes on with the topic as it is now.', source);
  elsif v_source.paused_at is not null then
    cause := 'paused';
    explanation := format('It is paused since %s by %s.', howdah.iso_instant(v_source.paused_at), v_source.paused_by);
    remedy := format('select howdah.resume_source(%L);', source);
  elsif v_source.readers = 0 then
    cause := 'no_reader';
    explanation := format('No worker reads it; the last one that does began %s.', howdah.iso_instant(v_source.announced_at));
    remedy := format('Start a worker that has it in SOURCES, or in its application. If none is to read it any more: select howdah.forget_source(%L);', source);
  elsif v_source.trouble is not null then
    cause := 'trouble';
    explanation := format('A worker cannot read it since %s: %s.', howdah.iso_instant(v_source.trouble_since), rtrim(v_source.trouble, '.'));
    remedy := 'It is tried again by itself.';
  elsif v_source.unread_partitions > 0 then
    cause := 'partitions';
    explanation := format(case when v_source.partitions = 1 then 'Its only partition has no worker at the moment.'
                               when v_source.unread_partitions = 1 then '%s of its %s partitions has no worker at the moment.'
                               else '%s of its %s partitions have no worker at the moment.' end,
                          v_source.unread_partitions, v_source.partitions);
    remedy := 'Partitions are shared out anew within seconds.';
  elsif v_source.lag > 0 then
    cause := 'behind';
    explanation := format('It is read, and %s.', case v_source.lag when 1 then '1 message waits' else v_source.lag || ' messages wait' end);
  else
    cause := 'reading';
    explanation := 'It is read, and no message waits.';
  end if;
end;
$$;

comment on function howdah.explain_source is
  'Why messages of the source do not become jobs right now, or that they do, with what would change it. Always one row.';
