-- howdah.keep_payload_checks(): has each task's row of the catalogue hold the condition of its payload schema (payload_check.sql), so
-- that nobody makes it for a single job; null where a schema has none. payload_check_of is a hash of the schema that it was made
-- of: should somebody write another schema there by hand, the condition does not count until it is made anew.
create function howdah.keep_payload_checks() returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  update howdah.tasks t set payload_check = m.made, payload_check_of = m.made_of
  from (select n.name, howdah.payload_check(n.payload_schema) as made, jsonb_hash_extended(n.payload_schema, 0) as made_of
        from howdah.tasks n) m
  where m.name = t.name
    and (t.payload_check_of is distinct from m.made_of or t.payload_check::text is distinct from m.made::text);
end;
$$;
