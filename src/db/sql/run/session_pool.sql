-- howdah.session_pool(): under which name the runner whose session this is holds jobs, by the secret that it entered with
-- (enter_session.sql); empty when it has none yet, null in everybody else's session. Raises HWRET when that runner is retired or
-- forgotten, and HWSES at another isolation than read committed (queue_gate.sql), and in a session that bears a
-- runner's name without its secret, as when something between it and the server drops settings; or the other way round
-- if it is the stock command line's, whose sessions are found by the name (runner_backends.sql).
-- Each fetch and each end asks it, so it reads no more of a runner than it needs.
--
-- A session of the API is, for a transaction, that of the lease that it works for (enter_lease.sql): a setting without a secret, as it
-- proves nothing to anybody. It only adds to what the session may not do: its statements name the lease's run, and go by its row.
--
-- Volatile, so that it reads with a snapshot of its own, later than the locks of the statement that asks (queue_gate.sql).
-- Runners of a version before have no secret: their name, howdah:<token> as application_name, is all there is of them.
create function howdah.session_pool() returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_secret constant text := current_setting('howdah.runner', true);
  v_lease constant text := current_setting('howdah.lease', true);
  v_name constant text := current_setting('application_name');
  v_token uuid;
  v_pool text;
  v_retired_at timestamptz;
  v_kind text;
  v_secret_hash bytea;
begin
  if v_lease <> '' then
    select r.token, r.pool_id, r.retired_at into v_token, v_pool, v_retired_at
    from howdah.runners r where r.token = v_lease::uuid and r.kind = 'lease';
  elsif v_secret <> '' then
    select r.token, r.pool_id, r.retired_at, r.kind into v_token, v_pool, v_retired_at, v_kind
    from howdah.runners r where r.secret_hash = sha256(convert_to(v_secret, 'UTF8'));
    if v_kind = 'graphile-worker' and v_name <> 'howdah:' || v_token then
      raise exception 'this session is not who it should be: it is one of runner % and bears the name "%"', v_token, v_name
        using errcode = 'HWSES', hint = 'A pooler between worker and server must pass application_name on as it is.';
    end if;
  elsif v_name like 'howdah:%' then
    select r.token, r.pool_id, r.retired_at, r.secret_hash into v_token, v_pool, v_retired_at, v_secret_hash
    from howdah.runners r where r.token = substr(v_name, 8)::uuid;
    if v_secret_hash is not null then
      raise exception 'this session is not who it should be: it bears the name of runner % and does not know its secret', v_token
        using errcode = 'HWSES', hint = 'A pooler between worker and server may give out sessions that are not its own.';
    end if;
  else
    return null;
  end if;
  if v_token is null or v_retired_at is not null then
    raise exception 'runner % is retired', coalesce(v_token::text, nullif(v_lease, ''), nullif(v_name, '')) using errcode = 'HWRET';
  end if;
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'runner % works at isolation %, and must at read committed', v_token, current_setting('transaction_isolation')
      using errcode = 'HWSES';
  end if;
  return coalesce(v_pool, '');
end;
$$;
