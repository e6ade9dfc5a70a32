-- howdah.write_jobs(of_queue, indexes, jobs): writes jobs of one queue as write_job does, all in one statement, and returns each
-- with its index; null for indexes is their places, from 0. Their options are checked; none has a key, a unique key or a sequence. Ids grow in the order given.
--
-- The engine's add_jobs does not say which of the rows it returns was which of those it was given, and looks after keys and lanes.
-- A branch a queue, whose statement names its tables, so it is planned once a session.
create function howdah.write_jobs(of_queue text, indexes integer[], jobs howdah.job_options[])
returns table (job_index integer, job_id bigint, job_queue text, job_run_at timestamptz, job_max_retries integer)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  perform pg_notify('jobs:insert', json_build_object('r', random(), 'count', cardinality(jobs), 'queue', of_queue)::text); -- as announce_jobs(), of this queue alone
:branches
  raise exception 'unknown queue "%"', of_queue using errcode = 'HWQUE', hint = howdah.queue_hint(of_queue);
end;
$$;
