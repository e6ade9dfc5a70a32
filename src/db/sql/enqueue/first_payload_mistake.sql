-- howdah.first_payload_mistake(batch): index and task of the first job of a batch whose payload does not fit its task,
-- and what is wrong with it, each as "jobs[index].payload.name: …"; no row when all fit. A task that nobody announced takes
-- whatever Postgres can hold.
--
-- Most payloads are found good by the condition of their task's schema (payload_check.sql); only the rest is looked at one by
-- one (payload_mistakes.sql), as calls cost more than jobs.
create function howdah.first_payload_mistake(batch howdah.job_options[], out index integer, out task text, out mistakes text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  select j.index, j.task, replace('; ' || m.mistakes, '; payload', format('; jobs[%s].payload', j.index))
  into index, task, mistakes
  from howdah.suspect_payloads(batch) j
  left join howdah.tasks t on t.name = j.task
  cross join lateral howdah.payload_mistakes(coalesce(t.payload_schema, '{}'), j.payload) m (mistakes)
  where m.mistakes is not null and not howdah.fits_a_version(j.task, j.payload)
  order by j.index limit 1;
  mistakes := substr(mistakes, 3);
end;
$$;

-- howdah.suspect_payloads(batch): the jobs of a batch whose payload is not good at first sight: it is short, without what
-- unstorable_text.sql and payload_shape.sql could find anything in, and meets the condition that its task's schema makes. All of
-- them where they are too few to make that for.
create function howdah.suspect_payloads(batch howdah.job_options[]) returns table (index integer, task text, payload json)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  with checks as materialized (
    select t.name, c.path, c.path::text like '%$"size"%' as is_sized
    from howdah.tasks t cross join lateral howdah.payload_check(t.payload_schema) c (path)
    where cardinality(batch) >= 8 and t.name in (select distinct j.task from unnest(batch) j)
  )
  select (j.index - 1)::integer, j.task, coalesce(j.payload, '{}')
  from unnest(batch) with ordinality j (:job_columns, index)
  cross join lateral (select coalesce(j.payload, '{}')::text as text) p
  cross join lateral (select octet_length(p.text) as size) s
  left join checks c on c.name = j.task
  where case when c.path is null or s.size > 16383 or p.text ~ E'\\\\u|__proto__|[0-9][eE][-+]?[0-9]{4}' then true
             when s.size > 512
                  and 2 * s.size - octet_length(replace(p.text, '[', '')) - octet_length(replace(p.text, '{', '')) > 512 then true
             when c.is_sized
             then jsonb_path_match(p.text::jsonb, c.path, jsonb_build_object('size', s.size), silent => true) is not true
             else jsonb_path_match(p.text::jsonb, c.path, silent => true) is not true end;
end;
$$;
