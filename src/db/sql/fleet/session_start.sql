-- howdah.session_start(): when this session's server process began. The server tells it only to a role with the rights of
-- the one that logged in, which after a SET ROLE, as in "alter role … set role = …", the present one may not have: hence the login's.
create function howdah.session_start() returns timestamptz
language plpgsql stable
set role = none
set search_path = pg_catalog, pg_temp
as $$
begin
  return (select a.backend_start from pg_stat_get_activity(pg_backend_pid()) a);
end;
$$;
