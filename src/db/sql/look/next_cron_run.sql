-- howdah.cron_values(field, low, high): the values that one field of a cron expression stands for, in order: numbers,
-- ranges (1-5) and steps (*/15), separated by commas. In the field of weekdays (0 to 6) 7 is Sunday too.
create function howdah.cron_values(field text, low integer, high integer) returns integer[]
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select array_agg(distinct case when high = 6 then v % 7 else v end
                   order by case when high = 6 then v % 7 else v end)
  from unnest(string_to_array(field, ',')) part
  cross join lateral generate_series(
    case when part like '*%' then low else split_part(part, '-', 1)::integer end,
    case when part like '*%' then high
         when part like '%-%' then split_part(part, '-', 2)::integer
         else part::integer end,
    case when part like '*/%' then substr(part, 3)::integer else 1 end) v
$$;

-- howdah.cron_mistake(cron): what is wrong with a cron expression; null when nothing is.
create function howdah.cron_mistake(cron text) returns text
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  with given as (select regexp_split_to_array(btrim(cron), '[[:space:]]+') as fields)
  select case when cardinality(g.fields) <> 5 then format('expected 5 fields, received %s', cardinality(g.fields)) else (
    select format('expected %s of %s to %s, as in *, */5, 3 or 1-4,7, received %s', f.name, f.low, f.high, part)
    from (values (1, 'minutes', 0, 59), (2, 'hours', 0, 23), (3, 'days of the month', 1, 31), (4, 'months', 1, 12),
                 (5, 'weekdays', 0, 7)) f (place, name, low, high)
    cross join lateral unnest(string_to_array(g.fields[f.place], ',')) part
    where case when part ~ '^[*](/[0-9]{1,4})?$' then part ~ '/0+$'
               when part ~ '^[0-9]{1,4}(-[0-9]{1,4})?$' then
                 split_part(part, '-', 1)::integer < f.low
                 or split_part(part, '-', 1)::integer > coalesce(nullif(split_part(part, '-', 2), ''), part)::integer
                 or coalesce(nullif(split_part(part, '-', 2), ''), part)::integer > f.high
               else true end
    order by f.place limit 1) end
  from given g
$$;

-- howdah.next_cron_runs(cron, after, runs): the first minutes later than `after` that the expression names, in UTC and in order,
-- so many of them, 1 to 100; fewer where there are not so many within eight years, none as for 30 February or a null. As in every
-- cron, a day counts when either the day of the month or the weekday fits, if both are restricted. Raises HWOPT for what is no
-- expression, no instant or no such number.
create function howdah.next_cron_runs(cron text, after timestamptz, runs integer default 5) returns setof timestamptz
language plpgsql stable security definer rows 5
set search_path = pg_catalog, pg_temp
as $$
declare
  v_mistake constant text := howdah.cron_mistake(cron);
begin
  if v_mistake is not null then
    raise exception 'cron: %', v_mistake
      using errcode = 'HWOPT', hint = 'Such as ''30 4 * * 1'': minute, hour, day of the month, month and weekday, in UTC.';
  elsif not howdah.is_instant(after) then
    raise exception 'after: expected an instant of the years 1 to 9999, received %', after
      using errcode = 'HWOPT', hint = 'Such as now().';
  elsif runs is null or runs not between 1 and 100 then
    raise exception 'runs: expected 1 to 100, received %', coalesce(runs::text, 'null')
      using errcode = 'HWOPT', hint = 'The first ones are returned.';
  end if;
  return query
  with fields as (
    select howdah.cron_values(f[1], 0, 59) as minutes, howdah.cron_values(f[2], 0, 23) as hours,
           howdah.cron_values(f[3], 1, 31) as dates, howdah.cron_values(f[4], 1, 12) as months,
           howdah.cron_values(f[5], 0, 6) as weekdays,
           date_trunc('minute', after at time zone 'UTC') + interval '1 minute' as first_minute
    from regexp_split_to_array(btrim(cron), '[[:space:]]+') f
  ), days as (
    select d.day
    from fields f
    cross join generate_series(f.first_minute::date, f.first_minute::date + interval '8 years', interval '1 day') d (day)
    where extract(month from d.day)::integer = any (f.months)
      and case when cardinality(f.dates) < 31 and cardinality(f.weekdays) < 7
               then extract(day from d.day)::integer = any (f.dates) or extract(dow from d.day)::integer = any (f.weekdays)
               else extract(day from d.day)::integer = any (f.dates) and extract(dow from d.day)::integer = any (f.weekdays)
          end
    order by d.day
    limit runs + 1 -- of the first, all may have passed
  )
  select (d.day + make_interval(hours => h, mins => m)) at time zone 'UTC'
  from fields f
  cross join days d
  cross join unnest(f.hours) h
  cross join unnest(f.minutes) m
  where d.day + make_interval(hours => h, mins => m) >= f.first_minute
  order by 1
  limit runs;
end;
$$;

comment on function howdah.next_cron_runs is
  'The first minutes after the given instant that a cron expression (minute, hour, day of the month, month, weekday; UTC) names, so many of them (1 to 100); fewer when there are not so many within eight years.';

-- howdah.next_cron_run(cron, after): the first of them, null when there is none.
create function howdah.next_cron_run(cron text, after timestamptz) returns timestamptz
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return (select min(r) from howdah.next_cron_runs(cron, after, 1) r);
end;
$$;

comment on function howdah.next_cron_run is
  'The first minute after the given instant that a cron expression (minute, hour, day of the month, month, weekday; UTC) names; null when there is none within eight years.';
