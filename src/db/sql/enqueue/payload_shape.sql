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
-- other, for which what reads it later has no stack, or a member "__proto__", which much of JavaScript loses in silence. Null
-- when it can.
create function howdah.shape_mistake(value json) returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_text constant text := value::text;
  v_depth integer;
begin
  if length(v_text) - length(translate(v_text, '[{', '')) > 512 then -- else there are not enough brackets for it
    v_depth := howdah.json_depth(value);
    if v_depth > 512 then
      return format('expected at most 512 lists and objects within each other, received %s', v_depth);
    end if;
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
