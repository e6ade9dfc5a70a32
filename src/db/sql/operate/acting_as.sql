-- howdah.is_service(): whether this session is the service's, which acts for others: of the owner of these functions, or of a
-- member of howdah_worker. To be called in security definer functions, whose current_user is the owner.
create function howdah.is_service() returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if session_user = current_user then
    return true;
  end if;
  return exists (select from pg_roles r where r.rolname = 'howdah_worker' and pg_has_role(session_user, r.oid, 'usage'));
end;
$$;

-- howdah.acting_as(name): who is to be recorded for a command: the name that was given, with the role that logged in
-- beside it unless that is the service. To be called as is_service().
create function howdah.acting_as(name text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return case when name is null or name = session_user then session_user
              when howdah.is_service() then name
              else format('%s (%s)', name, session_user) end;
end;
$$;

-- howdah.actor(): who acts in this transaction: whom the setting howdah.actor names, else the role that logged in.
create function howdah.actor() returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return howdah.acting_as(nullif(current_setting('howdah.actor', true), ''));
end;
$$;
