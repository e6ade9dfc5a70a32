-- howdah.parse_jobs(jobs): a JSON array of jobs to enqueue as values whose options are checked; see enqueue_jobs.sql.
-- None for null, which is what json_agg makes of no rows.
-- Raises HWOPT for anything else but an array of at most 10,000 objects, an unknown field, a value of the wrong type or out
-- of range, and text that Postgres cannot hold; HWPAY for such a text in a payload. Each names job, field and what was expected.
create function howdah.parse_jobs(jobs json) returns howdah.job_options[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_jobs howdah.job_options[];
  v_mistake text;
begin
  if jobs is null or json_typeof(jobs) = 'null' then
    return '{}';
  elsif json_typeof(jobs) is distinct from 'array' or json_array_length(jobs) > 10000 then
    raise exception 'jobs: expected an array of at most 10000 objects, received %',
      case json_typeof(jobs) when 'array' then json_array_length(jobs)::text else coalesce(json_typeof(jobs), 'null') end
      using errcode = 'HWOPT',
            hint = 'Such as ''[{"task": "…", "payload": {}, "delay": "10 minutes"}]''; more than 10000 go in several calls.';
  end if;
  if strpos(jobs::text, E'\\u') > 0 then
    v_mistake := howdah.unstorable_mistake('jobs', jobs);
  end if;
  if v_mistake is not null then
    raise exception '%', v_mistake
      using errcode = case when v_mistake ~ E'^jobs\\[[0-9]+\\]\\.payload\\M' then 'HWPAY' else 'HWOPT' end,
            hint = 'JSON can say it, and no text of Postgres can hold it.';
  end if;
  begin
    select format('jobs[%s]%s', j.ordinality - 1,
                  case json_typeof(j.value) when 'object' then '.' || k || ': expected an option of howdah.enqueue, received an unknown name'
                                            else ': expected an object, received ' || json_typeof(j.value) end)
    into v_mistake
    from json_array_elements(jobs) with ordinality j
    left join lateral json_object_keys(case json_typeof(j.value) when 'object' then j.value end) k on true
    where json_typeof(j.value) <> 'object' or k not in (
      'task', 'payload', 'queue', 'run_at', 'delay', 'max_retries', 'priority', 'timeout', 'deadline', 'retention', 'key',
      'key_mode', 'unique_key', 'unique_for', 'sequence', 'headers', 'debounce', 'max_wait', 'succeeds', 'allow_unknown')
    limit 1;
    if v_mistake is null then
      select array_agg(j) into v_jobs from json_populate_recordset(null::howdah.job_options, jobs) j;
      if jobs::text ~ 'payload"[[:space:]]*:[[:space:]]*null' then
        v_jobs := howdah.keep_null_payloads(v_jobs, jobs);
      end if;
    end if;
  exception
    when data_exception then
      v_mistake := howdah.first_type_mistake(jobs);
  end;
  v_mistake := coalesce(v_mistake, howdah.first_job_mistake(v_jobs));
  if v_mistake is not null then
    raise exception '%', v_mistake
      using errcode = 'HWOPT', hint = E'What each option takes: docs/sql.md, or \\df+ howdah.enqueue in psql.';
  end if;
  return v_jobs;
end;
$$;

-- howdah.keep_null_payloads(parsed, jobs): the jobs with "payload": null as they were given. To read JSON as a row makes
-- null of it, which would be the default, {}.
create function howdah.keep_null_payloads(parsed howdah.job_options[], jobs json) returns howdah.job_options[]
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_place integer;
begin
  for v_place in
    select j.ordinality from json_array_elements(jobs) with ordinality j where json_typeof(j.value -> 'payload') = 'null'
  loop
    parsed[v_place].payload := 'null';
  end loop;
  return parsed;
end;
$$;

-- howdah.first_type_mistake(jobs): the first field whose value cannot be read as what the option is.
create function howdah.first_type_mistake(jobs json) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_field record;
begin
  for v_field in
    select j.ordinality - 1 as index, f.key, f.value
    from json_array_elements(jobs) with ordinality j, json_each(j.value) f
  loop
    begin
      perform json_populate_record(null::howdah.job_options, json_build_object(v_field.key, v_field.value));
    exception when data_exception then
      return format('jobs[%s].%s: expected %s, received %s', v_field.index, v_field.key,
                    (select format_type(a.atttypid, null) from pg_attribute a
                     where a.attrelid = 'howdah.job_options'::regclass and a.attname = v_field.key), v_field.value);
    end;
  end loop;
  return null;
end;
$$;

-- howdah.first_job_mistake(jobs): what is wrong with the first job whose options are. Most jobs set none that could be
-- wrong and are passed over at a glance.
create function howdah.first_job_mistake(jobs howdah.job_options[]) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
  select format('jobs[%s].%s', checked.index, array_to_string(checked.mistakes, format('; jobs[%s].', checked.index)))
  from (
    select j.index - 1 as index,
           howdah.job_option_mistakes(row(
             j.task, j.payload, j.queue, j.run_at, j.delay, j.max_retries, j.priority, j.timeout, j.deadline, j.retention, j.key,
             j.key_mode, j.unique_key, j.unique_for, j.sequence, j.headers, j.debounce, j.max_wait, j.succeeds, j.allow_unknown
           )::howdah.job_options) as mistakes
    from unnest(jobs) with ordinality j (:job_columns, index)
    where num_nonnulls(j.run_at, j.delay, j.timeout, j.deadline, j.retention, j.key, j.key_mode, j.unique_key, j.unique_for, j.sequence,
                       j.headers, j.debounce, j.max_wait, j.succeeds) > 0
       or j.max_retries not between 0 and 32766
       or j.priority not between -32768 and 32767
    order by j.index
  ) checked
  where checked.mistakes is not null
  limit 1);
end;
$$;
