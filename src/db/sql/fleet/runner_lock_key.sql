-- What processes of version 0.1 take an advisory lock by, for each runner they begin. Nothing is read from it any more;
-- without these functions they could not replace a runner while a deploy to this version is under way.
create function howdah.runner_lock_class() returns integer
language sql immutable
set search_path = pg_catalog, pg_temp
as $$ select x'68776472'::integer $$;

create function howdah.runner_lock_key(token uuid) returns integer
language sql immutable
set search_path = pg_catalog, pg_temp
as $$ select hashtext(token::text) $$;
