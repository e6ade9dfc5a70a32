-- howdah.prune_runners(max_rows): forgets runners that gave everything back more than a day ago, leases ten minutes ago; returns how many. With them
-- go records of sessions whose runner never came to be: its process ended before that.
create function howdah.prune_runners(max_rows integer default 1000) returns integer
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  with old as (
    select r.token from howdah.runners r
    where r.released_at < now() - case r.kind when 'lease' then interval '10 minutes' else interval '1 day' end
    limit max_rows
    for update skip locked
  ), pruned as (
    delete from howdah.runners r using old o where r.token = o.token returning 1
  ), orphans as (
    delete from howdah.runner_sessions s
    where not exists (select from howdah.runners r where r.token = s.token)
      and not exists (select from pg_stat_get_activity(s.pid))
  )
  select count(*)::integer from pruned
$$;
