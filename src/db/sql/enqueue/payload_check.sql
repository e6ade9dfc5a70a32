-- howdah.payload_check(schema): a condition under which payload_mistakes finds nothing wrong with a payload of that schema that
-- jsonb can hold; null for a schema that asks for more than such a condition says. Made once for many payloads: to try one takes 1 us
-- then, where to look what its schema wants takes twenty. Its variable $size is the payload's size in bytes.
--
-- It is sufficient, no more: a payload that does not meet it has yet to be looked at closely.
create function howdah.payload_check(schema jsonb) returns jsonpath
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_members text[];
  v_names text;
begin
  if coalesce(schema -> 'type' <> '"object"', false) or jsonb_typeof(coalesce(schema -> 'properties', '{}')) <> 'object' then
    return null;
  end if;
  select array_agg(format(case when coalesce(schema -> 'required' ? m.key, false) then 'exists(%s) && (' else '!exists(%s) || (' end,
                          m.place) || m.condition || ')'),
         string_agg(format('@.key == %s', to_json(m.key)), ' || ')
  into v_members, v_names
  from (select w.key, n.place, howdah.member_check(n.place, w.value) as condition
        from jsonb_each(schema -> 'properties') w
        cross join lateral (select '$.' || to_json(w.key) as place) n) m;
  if schema -> 'additionalProperties' = 'false' then
    v_members := v_members || format('!exists($.keyvalue() ? (!(%s)))', coalesce(v_names, '1 == 0'));
  end if;
  if array_position(v_members, null) > 0 or cardinality(v_members) > 200 then
    return null;
  end if;
  return format('(%s)', array_to_string(array['$.type() == "object"'] || v_members, ') && ('))::jsonpath;
exception when syntax_error or data_exception then -- a schema that says what a path cannot
  return null;
end;
$$;

-- howdah.member_check(place, schema): the condition for a member that is there, as a part of a jsonpath; null where there is none.
-- A text is not too long where the whole payload is no longer than that; only else its characters are counted.
create function howdah.member_check(place text, schema jsonb) returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  c_bounds constant jsonb := '{"minimum": ">=", "exclusiveMinimum": ">", "maximum": "<=", "exclusiveMaximum": "<"}';
  v_type constant text := schema ->> 'type';
  v_values constant jsonb := case when schema ? 'const' then jsonb_build_array(schema -> 'const') else schema -> 'enum' end;
  v_most constant numeric := case when jsonb_typeof(schema -> 'maxLength') = 'number' then schema -> 'maxLength' end;
  v_parts text[];
begin
  if jsonb_typeof(schema) <> 'object' or schema ?& '{const,enum}' or schema ? 'maxLength' and v_most is null then
    return null;
  elsif not schema ? 'type' and not schema ?| '{const,enum,minimum,exclusiveMinimum,maximum,exclusiveMaximum,minLength,maxLength}' then
    return '1 == 1';
  elsif coalesce(v_type not in ('string', 'number', 'integer', 'boolean', 'array', 'object', 'null'), true) then
    return null;
  end if;
  v_parts := array[format('%s.type() == "%s"', place, replace(v_type, 'integer', 'number'))];
  if v_type = 'integer' then
    v_parts := v_parts || format('%1$s.floor() == %1$s', place);
  end if;
  if v_type in ('number', 'integer') then
    v_parts := v_parts || array(
      select case when jsonb_typeof(schema -> b.key) = 'number' then format('%s %s %s', place, b.value, schema -> b.key) end
      from jsonb_each_text(c_bounds) b where schema ? b.key);
  elsif v_type = 'string' and schema ? 'minLength' and schema -> 'minLength' <> '0' then
    v_parts := v_parts || format('%s != ""', place);
  end if;
  if v_type = 'string' and v_most is not null then
    v_parts := v_parts || case when v_most not between 0 and 254 then format('$size <= %s', trunc(v_most))
      else format('($size <= %s || !(%s like_regex "^.{%s}" flag "s"))', trunc(v_most), place, trunc(v_most) + 1) end;
  end if;
  if v_values is not null then
    v_parts := v_parts || (
      select case when count(*) <= 50 and bool_and(jsonb_typeof(v) not in ('array', 'object'))
                  then format('(%s)', string_agg(format('%s == %s', place, v), ' || ')) end
      from jsonb_array_elements(case jsonb_typeof(v_values) when 'array' then v_values end) v);
  end if;
  return case when array_position(v_parts, null) is null then array_to_string(v_parts, ' && ') end;
end;
$$;
