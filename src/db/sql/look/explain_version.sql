-- Whether a job that no worker has waits for a worker of another version of its task: none of those that live and serve its
-- queue takes its payload, as far as SQL can tell, or its latest run ended with that; cause null when not. Workers that
-- did not say which versions they have count as taking everything.
create function howdah.explain_version(job record, out cause text, out explanation text, out remedy text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_live text[] := array(select distinct r.task_versions ->> job.task from howdah.runners r
                         where r.queue = job.queue and howdah.is_alive(r) and not r.is_leaving
                           and (r.tasks = '{}' or job.task = any (r.tasks)) order by 1);
  v_fitting text[];
  v_other text[];
begin
  if v_live = '{}' or array_position(v_live, null) is not null then
    return;
  end if;
  select coalesce(array_agg(v.version order by v.number desc) filter (where v.version = any (v_live)), '{}'),
         array_agg(v.version order by v.number desc) filter (where v.version <> all (v_live))
    into v_fitting, v_other
  from howdah.versions_around(job.task) v
  where howdah.payload_mistakes(v.payload_schema, coalesce(howdah.without_tick(job.payload), '{}')) is null;
  if v_fitting <> '{}' and not (cardinality(v_live) = 1 and howdah.was_misfit(job)) then
    return;
  end if;
  cause := 'version';
  if v_other is not null then
    explanation := format('It waits for a worker with schema version %s of the task %s: its payload does not fit %s, which the workers of the queue %s have.',
                          array_to_string(v_other, ' or '), job.task, array_to_string(v_live, ' or '), job.queue);
    remedy := format('Deploy a worker with that version; see select * from howdah.task_versions where task = %L.', job.task);
  else
    explanation := format('Its payload does not fit schema version %s of the task %s, which the workers of the queue %s have, nor any other that is around.',
                          array_to_string(v_live, ' or '), job.task, job.queue);
    remedy := format('Deploy a worker that takes it, or select howdah.cancel_job(%s).', job.id);
  end if;
end;
$$;

-- howdah.was_misfit(job): whether its latest run ended because its payload is of another version of its task.
create function howdah.was_misfit(job record) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_attempt integer;
begin
  execute format('select howdah.flag_count(j.flags, ''{howdah_misfit,attempt}'') from %I._private_jobs j where j.id = $1',
                 howdah.queue_schema(job.queue))
  into v_attempt using job.id;
  return coalesce(v_attempt = job.attempt, false);
end;
$$;

-- howdah.without_tick(payload): a payload without what a schedule adds to it; the payload itself where SQL cannot look into it.
create function howdah.without_tick(payload json) returns json
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return case when json_typeof(payload) = 'object' and payload #>> '{_cron,ts}' is not null then (payload::jsonb - '_cron')::json
              else payload end;
exception when data_exception then
  return payload;
end;
$$;
