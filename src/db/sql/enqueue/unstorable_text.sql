-- howdah.unstorable_text(document): the first text in a JSON document that JSON can say and Postgres cannot hold, \u0000 or half
-- of a surrogate pair: its place, as .name[0], and what was received, as \u0000. Both null when there is none. A place is '' for
-- the document itself. Names of members are looked at as well.
--
-- Such a document is valid json, and every function that looks into it fails, also at its other members. So it is looked at
-- with a mark in place of the backslash that begins such an escape. An escaped backslash is written as \u005c first: what
-- begins with a backslash then is an escape.
create function howdah.unstorable_text(document text, out place text, out received text)
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  c_mark constant text := chr(127);
  v_escapes constant text := replace(document, E'\\\\', E'\\u005c');
  v_marked text;
begin
  if not howdah.has_unstorable_text(document) then
    return;
  end if;
  v_marked := replace(regexp_replace(v_escapes, :unstorable_pattern, c_mark || E'\\&', 'g'), c_mark || E'\\u', c_mark || 'u');
  with recursive node (path, step, value) as (
    select '', '', v_marked::json
    union all
    select n.path || s.step, s.step, s.value
    from node n
    cross join lateral (
      select '.' || m.key, m.value from json_each(case json_typeof(n.value) when 'object' then n.value end) m
      union all
      select format('[%s]', e.ordinality - 1), e.value
      from json_array_elements(case json_typeof(n.value) when 'array' then n.value end) with ordinality e
    ) s (step, value)
    where strpos(n.value::text, c_mark) > 0
  )
  select replace(n.path, c_mark, E'\\'), E'\\' || substring(n.step || n.value::text from c_mark || '(u[0-9a-fA-F]{4})')
  into place, received
  from node n
  where strpos(n.step, c_mark) > 0 or json_typeof(n.value) = 'string' and strpos(n.value::text, c_mark) > 0
  limit 1;
end;
$$;

-- howdah.has_unstorable_text(document): whether there is such a text in it.
create function howdah.has_unstorable_text(document text) returns boolean
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select document ~ E'\\\\u(0000|[dD][89a-fA-F])' and replace(document, E'\\\\', E'\\u005c') ~ :unstorable_pattern
$$;

-- howdah.mended_json(document): the same document with U+FFFD in place of what Postgres cannot hold.
create function howdah.mended_json(document json) returns json
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select case when howdah.has_unstorable_text(document::text)
    then regexp_replace(replace(document::text, E'\\\\', E'\\u005c'), :unstorable_pattern, E'\\ufffd', 'g')::json
    else document end
$$;

-- howdah.unstorable_mistake(root, document): the same in words, as of a payload that is refused; null when there is none.
create function howdah.unstorable_mistake(root text, document json) returns text
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select format(E'%s%s: expected text without \\u0000 and halves of surrogate pairs, received %s', root, u.place, u.received)
  from howdah.unstorable_text(document::text) u
  where u.place is not null
$$;
