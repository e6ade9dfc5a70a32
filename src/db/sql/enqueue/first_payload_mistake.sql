-- howdah.first_payload_mistake(batch): index and task of the first job of a batch whose payload does not fit its task,
-- and what is wrong with it, each as "jobs[index].payload.name: …"; no row when all fit. A task that nobody announced takes
-- whatever Postgres can hold.
--
-- Most payloads are found good by one join of all their members with the members their tasks know; only the rest is
-- looked at one by one (payload_mistakes.sql), as calls cost more than jobs.
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

-- howdah.suspect_payloads(batch): the jobs of a batch whose payload is not good at first sight.
create function howdah.suspect_payloads(batch howdah.job_options[]) returns table (index integer, task text, payload json)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  with jobs as materialized (
    select b.index - 1 as index, (b.job).task as task, p.payload,
           json_typeof(p.payload) = 'object' and strpos(p.payload::text, E'\\u') = 0
           and strpos(p.payload::text, '__proto__') = 0
           and 2 * octet_length(p.payload::text) - octet_length(replace(p.payload::text, '[', ''))
               - octet_length(replace(p.payload::text, '{', '')) <= 512 as is_plain
    from (select job, row_number() over () as index from unnest(batch) job) b
    cross join lateral (select coalesce((b.job).payload, '{}') as payload) p
  ), known as materialized (
    select t.name as task, w.key, w.value ->> 'type' as type, t.payload_schema -> 'required' ? w.key as is_required,
           coalesce((w.value ->> 'minLength')::numeric, 0) as min_length,
           coalesce((w.value ->> 'maxLength')::numeric, 'infinity') as max_length,
           case when jsonb_typeof(w.value) = 'object'
                then w.value - '{type,minLength,maxLength,description,title,format,pattern}'::text[] = '{}'
                else false end as is_simple
    from howdah.tasks t cross join lateral jsonb_each(t.payload_schema -> 'properties') w
    where t.name in (select j.task from jobs j)
  ), demands as materialized (
    select t.name as task, coalesce(t.payload_schema ->> 'type', 'object') = 'object' as is_object,
           coalesce(t.payload_schema -> 'additionalProperties', '{}') = 'false' as is_closed,
           (select count(*) from known k where k.task = t.name and k.is_required) as required_count
    from howdah.tasks t where t.name in (select j.task from jobs j)
  ), good as (
    select j.index
    from jobs j
    join demands d on d.task = j.task
    left join lateral json_each(case when j.is_plain then j.payload else '{}' end) m on true
    left join known k on k.task = j.task and k.key = m.key
    where j.is_plain and d.is_object
    group by j.index, d.required_count
    having count(*) filter (where k.is_required) = d.required_count
       and bool_and(case when m.key is null then true
                         when k.key is null then not d.is_closed
                         else k.is_simple and k.type = json_typeof(m.value)
                              and (k.type <> 'string' or length(m.value #>> '{}') between k.min_length and k.max_length) end)
  )
  select j.index::integer, j.task, j.payload
  from jobs j
  where j.index not in (select g.index from good g)
$$;
