-- howdah.order_key(order_by, payload, place): the sequence of a job whose enqueue names none and whose task is in the order of a
-- field (tasks.order_by): what stands there in the payload, a text, a number as it is written, true or false. Null, which is none,
-- where nothing does, or null, an empty text, a list or an object.
-- Raises HWPAY for a text that no sequence can be named by; place is what the payload is called then.
create function howdah.order_key(order_by text, payload json, place text default 'payload') returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_key text;
begin
  if json_typeof(payload) is distinct from 'object' or json_typeof(payload -> order_by) not in ('string', 'number', 'boolean') then
    return null;
  end if;
  v_key := nullif(payload ->> order_by, '');
  if length(v_key) > 200 then
    raise exception '%.%: expected at most 200 characters, as its jobs go in the order of it; received %', place, order_by, length(v_key)
      using errcode = 'HWPAY';
  end if;
  return v_key;
end;
$$;

-- howdah.in_order(jobs): the same jobs, each in the sequence that its task gives it, unless it names one itself.
create function howdah.in_order(jobs howdah.job_options[]) returns howdah.job_options[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ordered record;
begin
  for v_ordered in
    select j.index::integer as index, t.order_by, coalesce(j.payload, '{}') as payload
    from unnest(jobs) with ordinality j (:job_columns, index)
    join howdah.tasks t on t.name = j.task
    where t.order_by is not null and j.sequence is null
  loop
    jobs[v_ordered.index].sequence :=
      howdah.order_key(v_ordered.order_by, v_ordered.payload, format('jobs[%s].payload', v_ordered.index - 1));
  end loop;
  return jobs;
end;
$$;
