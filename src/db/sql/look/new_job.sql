-- howdah.new_job(of_queue, of_id): a live job as howdah.jobs has it, also one that the very statement has enqueued which asks.
-- Not stable, therefore: it reads in a snapshot of its own. A branch a queue, each of which is planned once a session and reads
-- that queue alone; the same of howdah.jobs is planned for all of them each time. No row when there is no such job.
create function howdah.new_job(of_queue text, of_id bigint) returns table (
  id bigint, queue text, task text, state text, priority smallint, attempt integer, max_attempts integer, run_at timestamptz,
  created_at timestamptz, started_at timestamptz, finished_at timestamptz, duration interval, worker text, last_error text,
  progress real, progress_message text, key text, sequence text, headers jsonb, deadline timestamptz, timeout_ms bigint,
  expires_at timestamptz, payload json, result jsonb, result_note text
)
language plpgsql volatile rows 1
set search_path = pg_catalog, pg_temp
as $$
begin
:branches
end;
$$;
