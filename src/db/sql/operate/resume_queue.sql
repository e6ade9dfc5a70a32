-- howdah.resume_queue(queue): a paused queue hands out jobs again, within a second; returns whether it was paused.
-- Raises HWQUE for an unknown queue.
create function howdah.resume_queue(queue text) returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_is_new boolean;
begin
  perform howdah.queue_schema(queue);
  update howdah.queue_settings s set paused_at = null, paused_by = null
  where s.queue = resume_queue.queue and s.paused_at is not null;
  v_is_new := found;
  if v_is_new then
    perform howdah.tell_workers(), howdah.announce_jobs(1);
  end if;
  perform howdah.record_change('queues.resume', '{}', jsonb_build_object('queue', queue, 'is_new', v_is_new));
  return v_is_new;
end;
$$;

comment on function howdah.resume_queue is 'A paused queue hands out jobs again. Returns whether it was paused.';

-- howdah.resume_all(): resumes every queue; returns how many were paused.
create function howdah.resume_all() returns integer
language sql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
  select count(*)::integer from howdah.queue_registry r where r.removed_at is null and howdah.resume_queue(r.name)
$$;

comment on function howdah.resume_all is 'Resumes every queue. Returns how many were paused.';
