-- howdah.versions_around(task): the versions of a task that some process has, or had within the last hour: one that
-- announced it then, as every process does at its start and every five minutes, or a runner that was heard of then.
-- The newest first; no row for a task that nobody announced.
--
-- While a deployment rolls, old and new processes enqueue and run the same task. Whoever has one version cannot judge
-- what was made for another, so this is asked wherever a payload does not fit, and only there.
create function howdah.versions_around(task text) returns setof howdah.task_versions
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select v.*
  from howdah.task_versions v
  where v.task = versions_around.task
    and (v.last_seen_at > clock_timestamp() - interval '1 hour'
         or exists (select from howdah.runners r
                    where r.heartbeat_at > clock_timestamp() - interval '1 hour'
                      and r.task_versions ->> v.task = v.version))
  order by v.number desc
$$;

-- howdah.fits_a_version(task, payload): whether some version around takes the payload, as far as SQL can tell.
create function howdah.fits_a_version(task text, payload json) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select exists (select from howdah.versions_around(fits_a_version.task) v
                 where howdah.payload_mistakes(v.payload_schema, fits_a_version.payload) is null)
$$;

-- howdah.weigh_misfit(queue, task, version, payload): for a worker of a queue whose version of the task refuses a payload:
-- whether another version is around; the one of those that takes the payload as far as SQL can tell, the newest of
-- several, null for none; and whether a living worker of the queue has a version that does.
create function howdah.weigh_misfit(
  queue text, task text, version text, payload json,
  out is_other_around boolean, out taken_by text, out is_taker_alive boolean
)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  with others as (
    select v.*, howdah.payload_mistakes(v.payload_schema, weigh_misfit.payload) is null as is_taker
    from howdah.versions_around(weigh_misfit.task) v
    where v.version <> weigh_misfit.version
  )
  select count(*) > 0, (array_agg(o.version order by o.number desc) filter (where o.is_taker))[1],
         exists (select from others t
                 join howdah.runners r on r.task_versions ->> t.task = t.version
                 where t.is_taker and r.queue = weigh_misfit.queue and r.retired_at is null and not r.is_leaving
                   and r.heartbeat_at > clock_timestamp() - interval '10 seconds')
  from others o
$$;
