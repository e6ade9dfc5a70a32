-- howdah.register_runner(…): announces a runner before it fetches anything. Its sessions may work from here on.
create function howdah.register_runner(
  token uuid, queue text, kind text, host text, pid integer, concurrency integer
) returns void
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  insert into howdah.runners (token, queue, kind, host, pid, concurrency)
  values (token, queue, kind, host, pid, concurrency)
$$;

-- howdah.name_runner_pool(token, pool_id): tells under which name the runner will hold jobs. Must be committed before
-- its first fetch: a job held by a name nobody knows could not be told from one of a runner without Howdah.
create function howdah.name_runner_pool(token uuid, pool_id text) returns void
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  update howdah.runners r set pool_id = name_runner_pool.pool_id where r.token = name_runner_pool.token
$$;
