-- howdah.system_identifier(): names the server's data; null where this role is not told.
create function howdah.system_identifier() returns bigint
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (select c.system_identifier from pg_control_system() c);
exception when insufficient_privilege then
  return null;
end;
$$;

-- howdah.installation_problem(): what is wrong when this is not the database whose workers ran its jobs, in words and with what
-- to do; null when it is, and before the first worker began.
--
-- A copy has all rows of its original, but not its place: CREATE DATABASE gives another oid (a template's copy, a dump
-- restored beside it), and initdb another system identifier (a dump restored elsewhere, pg_upgrade, a move). A physical
-- copy of the server (pg_basebackup, a snapshot of its disk) has both, as has a standby that was promoted, which must go on
-- at once; no query can tell the two apart.
create function howdah.installation_problem() returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_known howdah.installation;
  v_system constant bigint := howdah.system_identifier();
  v_database oid;
  v_what text;
begin
  select i.* into v_known from howdah.installation i;
  select d.oid into v_database from pg_database d where d.datname = current_database();
  v_what := case
    when v_known.system_identifier <> v_system then
      format('They ran them in "%s" of another server (system identifier %s, here %s)', v_known.database_name, v_known.system_identifier, v_system)
    when v_known.database_oid <> v_database then
      format('They ran them in another database, then named "%s" (oid %s, here %s)', v_known.database_name, v_known.database_oid, v_database)
  end;
  if v_what is null then
    return null;
  end if;
  return format('This is not the database whose workers ran its jobs. %s. If that one still works, its jobs would run twice, mails and payments '
    'included, so no worker takes any until somebody decides. After a restore of this system''s own backup, pg_upgrade or a move: npx howdah adopt --run. '
    'In a copy for tests: npx howdah adopt --quarantine.', v_what);
end;
$$;

-- howdah.claim_installation(): the workers that run the jobs in here are this database's, from the first one on. Raises HWCPY in
-- a copy that nobody has decided about.
create function howdah.claim_installation() returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_problem constant text := howdah.installation_problem();
begin
  if v_problem is not null then
    raise exception '%', v_problem using errcode = 'HWCPY';
  end if;
  if not exists (select from howdah.installation) then
    perform howdah.record_installation();
  end if;
end;
$$;

-- howdah.record_installation(): writes down that this is the database, if nothing is written down yet.
create function howdah.record_installation() returns void
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  insert into howdah.installation (system_identifier, database_oid, database_name, adopted_by)
  select howdah.system_identifier(), d.oid, d.datname, howdah.actor() from pg_database d where d.datname = current_database()
  on conflict do nothing
$$;

-- howdah.adopt_installation(): the jobs in here are this database's from now on. Workers of the original are no longer known:
-- what they held when the copy was made is given back, as by any rescue, when a worker of this database begins.
-- Returns how many of them there were; null, and changes nothing, when this is the database that is written down.
create function howdah.adopt_installation() returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_retired integer;
begin
  if howdah.installation_problem() is null then
    return null;
  end if;
  delete from howdah.installation;
  perform howdah.record_installation();
  delete from howdah.runner_sessions;
  update howdah.runners r set retired_at = clock_timestamp(), retired_as = 'replaced', retired_because = 'replaced: its database was restored or copied'
  where r.retired_at is null;
  get diagnostics v_retired = row_count;
  perform howdah.tell_workers();
  perform howdah.record_change('installation.adopt', '{}', jsonb_build_object('runners', v_retired));
  return v_retired;
end;
$$;
