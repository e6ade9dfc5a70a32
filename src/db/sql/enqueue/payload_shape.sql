-- howdah.json_depth(value): how many lists and objects are within each other at most; 0 for a text, a number, true, false, null.
create function howdah.json_depth(value json) returns integer
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(max(d.depth), 0)::integer
  from (
    select sum(case when c.bracket in ('[', '{') then 1 else -1 end) over (order by c.place) as depth
    from string_to_table(
      regexp_replace(regexp_replace(value::text, E'"(?:\\\\.|[^"\\\\])*"', '', 'g'), '[^][{}]+', '', 'g'), null
    ) with ordinality c (bracket, place)
  ) d
$$;

-- howdah.shape_mistake(value): why JSON cannot be kept as it is, whatever is in it: more than 512 lists and objects within each
-- other, for which what reads it later has no stack, a number that is beyond numeric, for which nobody's look into any payload
-- as jsonb would succeed (1e200000), or a member "__proto__", which much of JavaScript loses in silence. Null when it can.
create function howdah.shape_mistake(value json) returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_text constant text := value::text;
  v_depth integer;
begin
  if 2 * octet_length(v_text) - octet_length(replace(v_text, '[', '')) - octet_length(replace(v_text, '{', '')) > 512 then
    -- else there are not enough brackets for it
    v_depth := howdah.json_depth(value);
    if v_depth > 512 then
      return format('expected at most 512 lists and objects within each other, received %s', v_depth);
    end if;
  end if;
  if howdah.has_boundless_number(value) then
    return 'expected numbers of at most 131072 digits before the point and 16383 after it, received one with more';
  end if;
  if (strpos(v_text, '__proto__') > 0 or strpos(v_text, E'\\u') > 0)
     and jsonb_path_exists(value::jsonb, 'strict $.** ? (exists (@."__proto__"))', silent => true) then
    return 'expected no member "__proto__" in it';
  end if;
  return null;
exception when data_exception then -- what jsonb cannot hold is told of elsewhere
  return null;
end;
$$;

-- howdah.has_boundless_number(value): whether it has a number that numeric, and so jsonb, cannot hold. Such a number has an
-- exponent of four digits at least, or is as long as that.
create function howdah.has_boundless_number(value json) returns boolean
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if length(value::text) > 16383 or value::text ~ '[0-9][eE][-+]?[0-9]{4,}[[:space:]]*($|[],}])' then
    perform value::jsonb;
  end if;
  return false;
exception
  when numeric_value_out_of_range then
    return true;
  when data_exception then -- told of elsewhere
    return false;
end;
$$;
