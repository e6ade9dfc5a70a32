-- howdah.skip_row(): trigger function that leaves a row as it is, for triggers whose condition says it all.
create function howdah.skip_row() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  return null;
end;
$$;
