-- howdah.write_job(job, wanted, settings): one row through the engine's add_job; returns what is stored.
--
-- When a worker takes the job of a key between two steps of add_job, add_job writes nothing and returns nothing. Asking
-- again sees that the job is running, and adds another.
create function howdah.write_job(job howdah.job_options, wanted timestamptz, settings jsonb)
returns table (id bigint, run_at timestamptz, max_attempts integer)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_schema text := howdah.queue_schema(job.queue);
begin
  for v_try in 1..100 loop
    return query execute format(
      'select j.id, j.run_at, j.max_attempts::integer from %I.add_job($1, payload => $2, run_at => $3, max_attempts => $4,
         priority => $5, job_key => $6, job_key_mode => $7, flags => $8) j where j.id is not null', v_schema)
    using job.task, coalesce(job.payload, '{}'), wanted, job.max_retries + 1, job.priority, job.key,
          case job.key_mode when 'ignore' then 'unsafe_dedupe' else coalesce(job.key_mode, 'replace') end,
          case when settings is not null then array['howdah:' || settings::text] end;
    if found then
      return;
    end if;
  end loop;
  raise exception 'the job with key "%" changed hands 100 times while it was to be replaced', job.key
    using errcode = 'serialization_failure';
end;
$$;
