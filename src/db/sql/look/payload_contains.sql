-- howdah.payload_contains(payload, part): as jsonb's @>; false for a payload that jsonb cannot hold (\u0000, nesting
-- deeper than its parser goes): one such job must not make every search fail.
create function howdah.payload_contains(payload json, part jsonb) returns boolean
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return payload::jsonb @> part;
exception when data_exception or program_limit_exceeded then
  return false;
end;
$$;

-- howdah.telling_word(part): the longest text in it, else the longest name of a member, in its quotes; '' when there is
-- neither. A payload that contains the part has this word letter for letter, unless a backslash is somewhere in it: to look
-- for both takes a fraction of the time of howdah.payload_contains, and rules most payloads out.
create function howdah.telling_word(part jsonb) returns text
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select coalesce((
    select '"' || found.word || '"'
    from jsonb_path_query(part, 'strict $.**') node
    cross join lateral (
      select node #>> '{}', 1 where jsonb_typeof(node) = 'string'
      union all
      select k, 2 from jsonb_object_keys(case when jsonb_typeof(node) = 'object' then node else '{}' end) k
    ) found (word, rank)
    order by found.rank, length(found.word) desc limit 1), '')
$$;
