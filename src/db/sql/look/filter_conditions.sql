-- howdah.condition(template, value): the value in its place; null when there is no value.
create function howdah.condition(template text, value text) returns text
language sql immutable
set search_path = pg_catalog, pg_temp
as $$ select case when value is not null then format(template, value) end $$;

-- howdah.payload_condition(part): null when there is none. A look for the longest word of the part rules most payloads out at
-- a fraction of the cost.
create function howdah.payload_condition(part jsonb) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select case when part is not null then
    format('(strpos(j.payload::text, %L) > 0 or strpos(j.payload::text, chr(92)) > 0)
            and howdah.payload_contains(j.payload, %L::jsonb)', howdah.telling_word(part), part) end
$$;

-- howdah.search_condition(words, with_key): null when there are none. The job with this id, jobs with this key (with_key is the
-- template of that condition), jobs with this in their latest error.
create function howdah.search_condition(words text, with_key text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select case when words is not null then
    format('(%s%s or j.last_error is not null and j.last_error ilike %L::text)',
           case when words ~ '^[1-9][0-9]{0,17}$' then 'j.id = ' || words || ' or ' end, format(with_key, words),
           '%' || replace(replace(replace(words, E'\\', E'\\\\'), '%', E'\\%'), '_', E'\\_') || '%') end
$$;

-- howdah.common_conditions(filter): those on what both kinds of tables have by the same names; null when there is none.
create function howdah.common_conditions(filter jsonb) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select nullif(concat_ws(' and ',
    howdah.condition('j.created_at > %L::timestamptz', filter ->> 'created_after'),
    howdah.condition('j.created_at < %L::timestamptz', filter ->> 'created_before'),
    howdah.condition('j.last_error is not null and j.last_error ilike %L::text', filter ->> 'error_like'),
    howdah.condition('j.id = any (%L::bigint[])', '{' || (
      select string_agg(i #>> '{}', ',') from jsonb_path_query(filter, 'lax $.id[*]') i where filter ->> 'id' is not null) || '}'),
    howdah.condition($c$split_part(j.flags #>> '{howdah,headers,traceparent}', '-', 2) = lower(%L)$c$, filter ->> 'trace'),
    howdah.payload_condition(filter -> 'payload_contains')), '')
$$;

-- howdah.key_conditions(filter, with_key): those on the key, of which with_key is the template; null when there is none.
create function howdah.key_conditions(filter jsonb, with_key text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select nullif(concat_ws(' and ', howdah.condition(with_key, filter ->> 'key'),
                          howdah.search_condition(filter ->> 'search', with_key)), '')
$$;

-- howdah.live_key_template(schema_name): the condition that a live job has a key: its task's, or the engine's own.
create function howdah.live_key_template(schema_name text) returns text
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select format('j.key = any (array(select howdah.engine_key(t.identifier, %%1$L) from %1$I._private_tasks t) || %%1$L::text)',
                schema_name)
$$;

-- howdah.live_conditions(filter, schema_name, is_big): those on a queue's job table j; null when no live job can fit.
--
-- Jobs in the hands of workers have no index of their own: one would cost every fetch and every end of a run a quarter of the
-- throughput. In a big table, from 50,000 rows on, they are found by what the workers said at their latest heartbeat, at most a
-- second ago, that they run; jobs that they merely hold ready are left out then.
create function howdah.live_conditions(filter jsonb, schema_name text, is_big boolean) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_states constant text[] := array(select howdah.filter_states(filter));
  v_of_states text;
begin
  select string_agg(s.condition, ' or ') into v_of_states
  from (values ('running', 'j.locked_at is not null'),
               ('available', 'j.locked_at is null and j.is_available and j.run_at <= now()'),
               ('retryable', 'j.locked_at is null and j.is_available and j.run_at > now() and j.last_error is not null'),
               ('scheduled', 'j.locked_at is null and j.is_available and j.run_at > now() and j.last_error is null')
       ) s (state, condition)
  where s.state = any (v_states);
  if v_states <> '{}' and v_of_states is null or coalesce(filter ->> 'finished_after', filter ->> 'finished_before') is not null then
    return null;
  end if;
  return concat_ws(' and ',
    '(' || v_of_states || ')',
    case when is_big and (filter ->> 'worker' is not null or v_states <@ '{running}' and v_states <> '{}') then
      'j.id = any (array(select unnest(r.running) from howdah.runners r where r.released_at is null))' end,
    -- Where nobody knows the task, the first part is false once and for all, and no row is looked at.
    howdah.condition(
      format('exists (select from %1$I._private_tasks t where t.identifier = %%1$L)
              and j.task_id = (select t.id from %1$I._private_tasks t where t.identifier = %%1$L)', schema_name),
      filter ->> 'task'),
    howdah.key_conditions(filter, howdah.live_key_template(schema_name)),
    howdah.condition('j.attempts > %s', filter ->> 'attempts_above'),
    howdah.condition('j.attempts < %s', filter ->> 'attempts_below'),
    howdah.condition('j.id = any (array(select s.job_id from howdah.sequence_jobs s where s.sequence = %L))', filter ->> 'sequence'),
    'j.last_error is not null and ' || howdah.failure_condition(
      filter ->> 'failure', format('(select t.identifier from %I._private_tasks t where t.id = j.task_id)', schema_name)),
    howdah.condition('j.locked_at is not null and j.locked_by = %L::text', filter ->> 'worker'));
end;
$$;

-- howdah.history_conditions(filter): those on howdah.job_history j; null when no finished job can fit.
-- Nothing ends before it is created, and only the time of the end has an index in order.
create function howdah.history_conditions(filter jsonb) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select case when not wanted.all_states and wanted.states is null then null else concat_ws(' and ',
    case when not wanted.all_states then format('j.state in (%s)', wanted.states) end,
    howdah.condition('j.queue = %L::text', filter ->> 'queue'),
    howdah.condition('j.task = %L::text', filter ->> 'task'),
    howdah.condition('j.worker = %L::text', filter ->> 'worker'),
    howdah.key_conditions(filter, 'j.key = %1$L::text'),
    howdah.condition('j.attempt > %s', filter ->> 'attempts_above'),
    howdah.condition('j.attempt < %s', filter ->> 'attempts_below'),
    howdah.condition($c$j.flags #>> '{howdah,sequence}' = %L$c$, filter ->> 'sequence'),
    $c$j.state = 'discarded' and $c$ || howdah.failure_condition(filter ->> 'failure', 'j.task'),
    howdah.condition('j.finished_at > %L::timestamptz', filter ->> 'finished_after'),
    howdah.condition('j.finished_at > %L::timestamptz', filter ->> 'created_after'),
    howdah.condition('j.finished_at < %L::timestamptz', filter ->> 'finished_before')) end
  from (
    select count(*) = 0 as all_states,
           string_agg(quote_literal(s), ', ') filter (where s in ('completed', 'discarded', 'cancelled')) as states
    from howdah.filter_states(filter) s
  ) wanted
$$;

-- howdah.history_share(column_name, after, before): which part of the finished jobs has its instant in that column between
-- the two, 0 to 1, as the server's statistics tell, give or take a hundredth; null when it has none, or one is not given.
create function howdah.history_share(column_name text, after timestamptz, before timestamptz) returns double precision
language sql stable
set search_path = pg_catalog, pg_temp
set datestyle = 'ISO' -- the bounds are read as text, and not every style writes what it can read
as $$
  select (width_bucket(before, s.bounds) - width_bucket(after, s.bounds) + 1)::double precision / cardinality(s.bounds)
         + (select coalesce(sum(f), 0) from unnest(s.frequent, s.frequencies) c (v, f) where v > after and v < before)
  from (
    select histogram_bounds::text::timestamptz[] as bounds, most_common_vals::text::timestamptz[] as frequent,
           most_common_freqs as frequencies
    from pg_stats where schemaname = 'howdah' and tablename = 'job_history' and attname = column_name
  ) s
  where after is not null and before is not null
$$;

-- howdah.is_brief(filter): whether it asks for so short a time that the finished jobs of that time had better be found
-- first and put in order then. Else the planner walks the primary key towards them, past all that are newer or older.
create function howdah.is_brief(filter jsonb) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(least(
    howdah.history_share('finished_at', (filter ->> 'finished_after')::timestamptz, (filter ->> 'finished_before')::timestamptz),
    howdah.history_share('created_at', (filter ->> 'created_after')::timestamptz, (filter ->> 'created_before')::timestamptz)
  ) < 0.03, false)
$$;
