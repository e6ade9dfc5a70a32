-- howdah.edit_distance(one, other): how many letters must be added, dropped, changed or swapped with their neighbour to turn
-- one word into the other (Levenshtein, with swaps). Of long words, the first 64 letters.
create function howdah.edit_distance(one text, other text) returns integer
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  a constant text[] := regexp_split_to_array(left(coalesce(one, ''), 64), '');
  b constant text[] := regexp_split_to_array(left(coalesce(other, ''), 64), '');
  v_row integer[] := array(select generate_series(0, cardinality(b)));
  v_above integer[];
  v_second_above integer[];
begin
  for i in 1..cardinality(a) loop
    v_second_above := v_above;
    v_above := v_row;
    v_row := array[i];
    for j in 1..cardinality(b) loop
      v_row[j + 1] := least(v_above[j + 1] + 1, v_row[j] + 1, v_above[j] + (a[i] <> b[j])::integer);
      if i > 1 and j > 1 and a[i] = b[j - 1] and a[i - 1] = b[j] then
        v_row[j + 1] := least(v_row[j + 1], v_second_above[j - 1] + 1);
      end if;
    end loop;
  end loop;
  return v_row[cardinality(b) + 1];
end;
$$;

-- howdah.name_hint(word, names, what): a hint for whoever used a name that is not one of the names: the nearest, if it is
-- near enough to be meant, and what names there are, nearest first, at most twenty. what: such as Queues.
create function howdah.name_hint(word text, names text[], what text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select coalesce((array_agg(format('Did you mean "%s"? ', n.name)) filter (where n.place = 1 and n.is_near))[1], '')
         || what || ' here: '
         || coalesce(string_agg(n.name, ', ' order by n.place) filter (where n.place <= 20), 'none')
         || case when count(*) > 20 then format(' and %s more', count(*) - 20) else '' end || '.'
  from (
    select d.name, d.distance <= greatest(1, length(d.name) / 3) as is_near,
           row_number() over (order by d.distance, d.name) as place
    from (select name, howdah.edit_distance(lower(word), lower(name)) as distance from unnest(names) name) d
  ) n
$$;
