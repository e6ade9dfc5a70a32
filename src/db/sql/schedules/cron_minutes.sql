-- howdah.cron_minutes(cron, after, until): the minutes later than `after`, up to `until`, that a cron expression names, in UTC
-- and in order, the first 100. The expression must be right (cron_mistake in next_cron_run.sql).
create function howdah.cron_minutes(cron text, after timestamptz, until timestamptz) returns setof timestamptz
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  with fields as materialized (
    select howdah.cron_values(f[1], 0, 59) as minutes, howdah.cron_values(f[2], 0, 23) as hours,
           howdah.cron_values(f[3], 1, 31) as dates, howdah.cron_values(f[4], 1, 12) as months,
           howdah.cron_values(f[5], 0, 6) as weekdays
    from regexp_split_to_array(btrim(cron), '[[:space:]]+') f
  )
  select m.minute at time zone 'UTC'
  from fields f
  cross join generate_series(date_trunc('minute', after at time zone 'UTC') + interval '1 minute',
                             until at time zone 'UTC', interval '1 minute') m (minute)
  where extract(minute from m.minute)::integer = any (f.minutes)
    and extract(hour from m.minute)::integer = any (f.hours)
    and extract(month from m.minute)::integer = any (f.months)
    and case when cardinality(f.dates) < 31 and cardinality(f.weekdays) < 7
             then extract(day from m.minute)::integer = any (f.dates) or extract(dow from m.minute)::integer = any (f.weekdays)
             else extract(day from m.minute)::integer = any (f.dates) and extract(dow from m.minute)::integer = any (f.weekdays)
        end
  order by m.minute
  limit 100
$$;

-- howdah.due_minutes(cron, fill_ms, known_since, last_run_at): the minutes of an entry that are to be enqueued now. A minute
-- is due while it lasts, and then, as missed, for fill_ms.
create function howdah.due_minutes(cron text, fill_ms bigint, known_since timestamptz, last_run_at timestamptz)
returns setof timestamptz
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select howdah.cron_minutes(
    cron,
    greatest(known_since - interval '1 microsecond', last_run_at,
             clock_timestamp() - greatest(make_interval(secs => fill_ms / 1000.0), interval '1 minute')),
    clock_timestamp())
$$;
