-- When each schedule of one queue ran last, as the engine remembers it; howdah.schedules unites one such select per queue.
select :'queue'::text as queue, k.identifier, k.last_execution as last_run_at
from :"schema"._private_known_crontabs k
