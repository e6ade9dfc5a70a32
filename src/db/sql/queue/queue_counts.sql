-- One queue's row of howdah.queues; the view unites one such select per queue.
select :'queue'::text as name, :'schema'::text as schema_name,
       count(*) filter (where j.locked_at is null and j.run_at <= now()) as available,
       count(*) filter (where j.locked_at is null and j.run_at > now() and j.last_error is null) as scheduled,
       count(*) filter (where j.locked_at is null and j.run_at > now() and j.last_error is not null) as retryable,
       count(*) filter (where j.locked_at is not null) as running,
       now() - min(j.run_at) filter (where j.locked_at is null and j.run_at <= now()) as oldest_wait
from :"schema"._private_jobs j
