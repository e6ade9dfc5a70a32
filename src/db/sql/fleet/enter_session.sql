-- howdah.enter_session(secret): makes the session one of the runner whose secret this is, for as long as it lives, and
-- records it. The first statement of each of a runner's connections; its answer is the server's process. Raises HWRET
-- when no living runner has that secret, and HWCPY when the address now leads to a copy of the database (installation.sql).
--
-- The setting howdah.runner is what the gate believes (queue_gate.sql): a session can only set its own, and what to set
-- it to is in no table, view, log line or application_name. The record is committed before the session can have
-- touched a job, so howdah.release_runner knows of every session that may have a statement under way.
-- Records of the runner's sessions that are gone are removed on the way: pools open and close connections all day.
--
-- And it has the session keep the memory of its statements. Where glibc provides that, more than 128 KB of it at the top of the heap go
-- back to the kernel at each end of a statement, and come again page by page: a tenth of a fetch of one job, which takes 156 KB. Once a
-- larger piece was freed, it keeps twice as much as that piece had (mallopt(3), M_TRIM_THRESHOLD).
create function howdah.enter_session(secret text) returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_token uuid;
begin
  perform howdah.claim_installation();
  select r.token into v_token from howdah.runners r
  where r.secret_hash = sha256(convert_to(secret, 'UTF8')) and r.retired_at is null;
  if not found then
    raise exception 'this runner is not registered, or was retired' using errcode = 'HWRET';
  end if;
  perform set_config('howdah.runner', secret, false), length(repeat(' ', 262144));
  perform howdah.record_session(v_token, 'jobs');
  delete from howdah.runner_sessions s
  using (select gone.pid from howdah.runner_sessions gone
         where gone.token = v_token and gone.purpose = 'jobs' and not exists (select from pg_stat_get_activity(gone.pid))
         for update skip locked) gone
  where s.token = v_token and s.purpose = 'jobs' and s.pid = gone.pid;
  return pg_backend_pid();
end;
$$;

-- howdah.record_session(token, purpose): this session is one of that runner's.
create function howdah.record_session(token uuid, purpose text) returns void
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  insert into howdah.runner_sessions (token, purpose, pid, backend_start)
  values (token, purpose, pg_backend_pid(), howdah.session_start())
  on conflict on constraint runner_sessions_pkey do update set backend_start = excluded.backend_start
$$;
