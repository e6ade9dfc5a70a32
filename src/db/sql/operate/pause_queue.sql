-- howdah.pause_queue(queue, paused_by): from its commit on the queue hands out no job; returns whether that is new.
-- Workers in every process give prefetched jobs back within a second; running jobs finish. Jobs can be enqueued as ever.
-- It holds until somebody resumes it, restarts included. Who did it is kept in paused_by (acting_as.sql). Raises HWQUE for an unknown queue.
create function howdah.pause_queue(queue text, paused_by text default session_user) returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_is_new boolean;
begin
  perform howdah.queue_schema(queue);
  insert into howdah.queue_settings as s (queue, paused_at, paused_by)
  values (pause_queue.queue, clock_timestamp(), howdah.acting_as(pause_queue.paused_by))
  on conflict on constraint queue_settings_pkey do update
  set paused_at = excluded.paused_at, paused_by = excluded.paused_by
  where s.paused_at is null;
  v_is_new := found;
  if v_is_new then
    perform howdah.tell_workers();
  end if;
  perform howdah.record_change('queues.pause', '{}', jsonb_build_object('queue', queue, 'by', paused_by, 'is_new', v_is_new));
  return v_is_new;
end;
$$;

comment on function howdah.pause_queue is
  'The queue hands out no job until it is resumed; running jobs finish. paused_by is shown in howdah.queues, the role that logged in unless told. Returns whether it was not paused before.';

-- howdah.pause_all(paused_by): pauses every queue; returns how many were not paused before.
create function howdah.pause_all(paused_by text default session_user) returns integer
language sql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
  select count(*)::integer from howdah.queue_registry r where r.removed_at is null and howdah.pause_queue(r.name, paused_by)
$$;

comment on function howdah.pause_all is 'Pauses every queue. Returns how many were not paused before.';
