-- The advisory lock that shows a runner's process to be alive: two integers, "hwdr" in ASCII and a hash of its token.
create function howdah.runner_lock_class() returns integer
language sql immutable
set search_path = pg_catalog, pg_temp
as $$ select x'68776472'::integer $$;

create function howdah.runner_lock_key(token uuid) returns integer
language sql immutable
set search_path = pg_catalog, pg_temp
as $$ select hashtext(token::text) $$;
