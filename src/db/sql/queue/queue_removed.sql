-- Closes a queue anew that is removed (close_queue.sql): what is not written by an installation is taken away by it.
do $$
begin
  perform howdah.close_queue(r.schema_name) from howdah.queue_registry r where r.name = :'queue' and r.removed_at is not null;
end;
$$;
