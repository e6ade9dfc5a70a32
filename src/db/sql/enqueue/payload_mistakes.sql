-- howdah.type_words(schema): the type a JSON Schema asks for, in words.
create function howdah.type_words(schema jsonb) returns text
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select case jsonb_typeof(schema -> 'type')
           when 'string' then schema ->> 'type'
           when 'array' then (select string_agg(t, ' or ') from jsonb_array_elements_text(schema -> 'type') t)
           else 'a value' end
$$;

-- howdah.payload_mistakes(schema, payload): why a task's payload schema (JSON Schema, howdah.tasks.payload_schema) refuses
-- a payload, each as "payload.name: expected …, received …"; null when it does not. Never repeats a value.
--
-- What is nested too deep, or has a member "__proto__", is refused by every schema (payload_shape.sql), and so is text that
-- Postgres cannot hold, wherever it is (unstorable_text.sql).
-- Looks at what can be told at a glance: the type of the payload, and of an object the required members, unknown ones
-- where the schema wants none, and of each member type, const, enum, range and length. What lies deeper, patterns and
-- anyOf are left to the worker, which checks every payload whole before it runs. So is a payload that SQL cannot look
-- into (a number beyond numeric).
--
-- Most payloads are found good by one look at their members; only the rest is looked at closely, as calls cost more than the job.
create function howdah.payload_mistakes(schema jsonb, payload json) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_text constant text := payload::text;
  v_size constant integer := octet_length(v_text);
  v_document jsonb;
  v_is_good boolean;
  v_known text[];
begin
  -- What none of unstorable_text.sql and payload_shape.sql could find anything in, and jsonb can hold.
  if v_size <= 16383 and strpos(v_text, E'\\u') = 0 and strpos(v_text, '__proto__') = 0
     and (v_size <= 512 or 2 * v_size - octet_length(replace(v_text, '[', '')) - octet_length(replace(v_text, '{', '')) <= 512)
     and v_text !~ '[0-9][eE][-+]?[0-9]{4}' and schema ->> 'type' = 'object'
     and jsonb_typeof(coalesce(schema -> 'properties', '{}')) = 'object'
  then
    v_document := v_text::jsonb;
    select bool_and(case
             when not v_document ? w.key then not coalesce(schema -> 'required' ? w.key, false)
             when w.value ?| '{const,enum}' then false
             when w.value ->> 'type' = 'string' then
               jsonb_typeof(v_document -> w.key) = 'string'
               and coalesce(to_jsonb(length(v_document ->> w.key)) >= w.value -> 'minLength', true)
               and coalesce(to_jsonb(length(v_document ->> w.key)) <= w.value -> 'maxLength', true)
             when w.value ->> 'type' in ('number', 'integer') then
               case when jsonb_typeof(v_document -> w.key) = 'number' then
                 (w.value ->> 'type' = 'number' or trunc((v_document -> w.key)::numeric) = (v_document -> w.key)::numeric)
                 and coalesce(v_document -> w.key >= w.value -> 'minimum', true)
                 and coalesce(v_document -> w.key > w.value -> 'exclusiveMinimum', true)
                 and coalesce(v_document -> w.key <= w.value -> 'maximum', true)
                 and coalesce(v_document -> w.key < w.value -> 'exclusiveMaximum', true)
               else false end
             else jsonb_typeof(v_document -> w.key) = w.value ->> 'type' and w.value ->> 'type' in ('boolean', 'array', 'object')
           end is true), array_agg(w.key)
    into v_is_good, v_known
    from jsonb_each(schema -> 'properties') w;
    if jsonb_typeof(v_document) = 'object' and v_is_good is not false
       and (coalesce(schema -> 'additionalProperties', '{}') <> 'false' or v_document - coalesce(v_known, '{}') = '{}') then
      return null;
    end if;
  end if;
  return howdah.payload_mistakes_at_length(schema, payload);
end;
$$;

create function howdah.payload_mistakes_at_length(schema jsonb, payload json) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_shape constant text := howdah.shape_mistake(payload);
  v_unstorable text;
begin
  if v_shape is null and strpos(payload::text, E'\\u') > 0 then
    v_unstorable := howdah.unstorable_mistake('payload', payload);
  end if;
  if v_shape is not null then
    return 'payload: ' || v_shape;
  elsif v_unstorable is not null then
    return v_unstorable;
  elsif not coalesce(schema -> 'type' ? json_typeof(payload), true) then
    return format('payload: expected %s, received %s', howdah.type_words(schema), json_typeof(payload));
  elsif json_typeof(payload) <> 'object'
        or (coalesce(schema -> 'properties', '{}') = '{}' and coalesce(schema -> 'additionalProperties', '{}') <> 'false') then
    return null;
  end if;
  return howdah.member_mistakes(schema, payload);
exception when data_exception then
  return null;
end;
$$;

create function howdah.member_mistake(schema jsonb, value json) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_type constant text := json_typeof(value);
  v_text constant text := value #>> '{}';
begin
  if not coalesce(schema -> 'type' ? v_type
                  or (v_type = 'number' and schema -> 'type' ? 'integer' and v_text::numeric = trunc(v_text::numeric)), true) then
    return format('expected %s, received %s', howdah.type_words(schema), v_type);
  elsif schema ? 'const' and schema -> 'const' <> value::jsonb then
    return format('expected %s, received another %s', schema -> 'const', v_type);
  elsif schema ? 'enum' and not schema -> 'enum' @> jsonb_build_array(value::jsonb) then
    return format('expected one of %s, received another %s', schema -> 'enum', v_type);
  elsif v_type = 'number' and (v_text::numeric < (schema ->> 'minimum')::numeric
                               or v_text::numeric <= (schema ->> 'exclusiveMinimum')::numeric
                               or v_text::numeric > (schema ->> 'maximum')::numeric
                               or v_text::numeric >= (schema ->> 'exclusiveMaximum')::numeric) then
    return format('expected a number %s, received another',
                  concat_ws(' and ', 'of at least ' || (schema ->> 'minimum'), 'above ' || (schema ->> 'exclusiveMinimum'),
                            'of at most ' || (schema ->> 'maximum'), 'below ' || (schema ->> 'exclusiveMaximum')));
  elsif v_type = 'string' and (v_text = '' and (schema ->> 'minLength')::numeric > 0
                               or length(v_text) > (schema ->> 'maxLength')::numeric) then -- lengths are UTF-16's: at least this
    return format('expected %s to %s characters, received %s',
                  coalesce(schema ->> 'minLength', '0'), coalesce(schema ->> 'maxLength', 'any number of'), length(v_text));
  end if;
  return null;
end;
$$;

create function howdah.member_mistakes(schema jsonb, payload json) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select string_agg(format('payload.%s: %s', m.name, m.mistake), '; ' order by m.name)
  from (
    select coalesce(g.key, w.key) as name,
           case when w.key is null then
                  case when schema -> 'additionalProperties' = 'false' then 'expected no member of this name' end
                when g.key is null then
                  case when schema -> 'required' ? w.key then format('expected %s, received nothing', howdah.type_words(w.value)) end
                else howdah.member_mistake(w.value, g.value) end as mistake
    from json_each(payload) g
    full join jsonb_each(coalesce(schema -> 'properties', '{}')) w on w.key = g.key
  ) m
  where m.mistake is not null
$$;

-- howdah.payload_hint(task): where to read what a task's payload must be.
create function howdah.payload_hint(task text) returns text
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select format('select payload_schema from howdah.tasks where name = %L; tells what it takes.', task)
$$;
