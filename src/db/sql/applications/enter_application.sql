-- howdah.enter_application(application, host): writes down that an application announced something, and from where. A null
-- name is that of a process of a version before names: see nameless_application(). Once a minute a host at most is written;
-- hosts not heard of for a day are forgotten when another comes.
--
-- Called last: the rows it locks are those of all who announce from that host, and whoever waited for a table with one of
-- them locked would be waited for by whoever has the table.
create function howdah.enter_application(application text, host text) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_name constant text := howdah.application_named(application);
begin
  if not exists (select from howdah.application_registry a where a.name = v_name and (a.takes_nameless or application is not null)) then
    insert into howdah.application_registry as a (name, takes_nameless) values (v_name, application is null)
    on conflict on constraint application_registry_pkey do update set takes_nameless = true
      where excluded.takes_nameless and not a.takes_nameless;
  end if;
  if host is null or exists (
    select from howdah.application_hosts h
    where h.application = v_name and h.host = enter_application.host
      and h.last_seen_at > clock_timestamp() - interval '1 minute'
  ) then
    return;
  end if;
  insert into howdah.application_hosts as h (application, host) values (v_name, enter_application.host)
  on conflict on constraint application_hosts_pkey do update set last_seen_at = clock_timestamp();
  delete from howdah.application_hosts h
  where h.application = v_name and h.last_seen_at < clock_timestamp() - interval '1 day';
end;
$$;

-- howdah.application_named(application): the name of whoever announces, for null that of nameless_application().
-- Raises HWOPT for one that is none.
create function howdah.application_named(application text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_name constant text := coalesce(application, howdah.nameless_application());
begin
  if v_name !~ '^[a-z][a-z0-9_-]{0,62}$' then
    raise exception 'application: expected a-z, then up to 62 of a-z 0-9 _ -, received "%"', left(v_name, 100)
      using errcode = 'HWOPT';
  end if;
  return v_name;
end;
$$;

-- howdah.nameless_application(): whose the announcements of processes without a name are: of the application that was
-- alone in this database before there were names, bank unless it was renamed.
create function howdah.nameless_application() returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select coalesce((select a.name from howdah.application_registry a where a.takes_nameless), 'bank')
$$;

-- howdah.describe_application(name): the application, its hosts and when it was last heard of, in words.
create function howdah.describe_application(name text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select format('application "%s" (%s)', describe_application.name, coalesce(
    case count(*) when 0 then null when 1 then 'host ' else 'hosts ' end
      || string_agg(h.host, ', ' order by h.last_seen_at desc) filter (where h.place <= 5)
      || case when count(*) > 5 then format(' and %s more', count(*) - 5) else '' end
      || ', last seen ' || to_char(max(h.last_seen_at) at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"'),
    'not heard of since there are names'))
  from (select h.*, row_number() over (order by h.last_seen_at desc) as place
        from howdah.application_hosts h where h.application = describe_application.name) h
$$;

-- howdah.refuse_foreign(what, names, owner, application, host): raises HWAPP: what (task or schedule) of these names belongs
-- to another application than the one that announces it. Says who both are, and how to hand it over.
create function howdah.refuse_foreign(what text, names text[], owner text, application text, host text) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception 'application "%" (host %) cannot have the % %: % belongs to %', application, coalesce(host, 'unknown'),
    what || case when cardinality(names) > 1 then 's' else '' end,
    (select string_agg(format('"%s"', n), ', ') from unnest(names) n),
    case when cardinality(names) > 1 then 'each' else 'it' end, howdah.describe_application(owner)
    using errcode = 'HWAPP', hint = format(case what
      when 'task' then 'Give it another name, or have it handed over: npx howdah apps release %s %s.'
      else 'Give it another name with ?id=, or if that application is gone for good: npx howdah apps forget %s.' end,
      owner, names[1]);
end;
$$;
