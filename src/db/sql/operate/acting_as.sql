-- howdah.acting_as(name): who is to be recorded for a command: the name that was given, with the role that logged in
-- beside it unless that is the owner of these functions, that is, the service, which acts for others. To be called in
-- security definer functions, whose current_user is the owner.
create function howdah.acting_as(name text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select case when name is null or name = session_user then session_user
              when session_user = current_user then name
              else format('%s (%s)', name, session_user) end
$$;

-- howdah.actor(): who acts in this transaction: whom the setting howdah.actor names, else the role that logged in.
create function howdah.actor() returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select howdah.acting_as(nullif(current_setting('howdah.actor', true), ''))
$$;
