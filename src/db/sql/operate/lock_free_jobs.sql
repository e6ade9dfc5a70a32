-- howdah.lock_free_jobs(schema_name, ids): locks those of the live jobs that nobody else holds this moment.
-- Skips the others rather than wait: a worker that ends a batch while a bulk command waits for part of it would make a
-- deadlock, and what is just being taken or ended need not be hit by "everything that matches".
create function howdah.lock_free_jobs(schema_name text, ids bigint[])
returns table (job_id bigint, is_running boolean, is_parked boolean)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  return query execute format(
    'with locked as (select j.id, j.locked_at from %I._private_jobs j where j.id = any ($1) order by j.id for update skip locked)
     select l.id, l.locked_at is not null, coalesce(s.is_parked, false)
     from locked l left join howdah.sequence_jobs s on s.job_id = l.id', schema_name)
  using ids;
end;
$$;
