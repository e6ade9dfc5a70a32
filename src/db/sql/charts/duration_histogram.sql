-- Histograms of durations, as charts keep them: an array whose subscript is the bucket and whose value is how many durations
-- fell into it, from the lowest bucket with any to the highest. Null for none at all.
--
-- Bucket 0 has what took 1 ms or less; bucket k, from 1 to 128, what took more than 2^((k-1)/4) ms and no more than
-- 2^(k/4) ms: bucket(ms) = greatest(0, ceil(4 * log2(ms))). The last has all beyond 2^32 ms, some 50 days. Histograms are
-- added bucket by bucket, so those of any minutes, tasks and queues give the histogram of all of them, nothing lost.
--
-- A duration is told as the geometric middle of its bucket, 2^((k-0.5)/4) ms, which is off by at most 2^(1/8) - 1 = 9.1 %,
-- and as 1 in bucket 0.

-- howdah.duration_histogram(buckets, counts): the histogram with counts[i] more in buckets[i], whichever are there twice.
create function howdah.duration_histogram(buckets integer[], counts bigint[]) returns integer[]
language plpgsql immutable security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_low constant integer := (select min(b) from unnest(buckets) b);
  v_high constant integer := (select max(b) from unnest(buckets) b);
  v_histogram integer[];
begin
  if v_low is not null then
    v_histogram := array_fill(0, array[v_high - v_low + 1], array[v_low]);
    for i in 1 .. cardinality(buckets) loop
      v_histogram[buckets[i]] := v_histogram[buckets[i]] + counts[i];
    end loop;
  end if;
  return v_histogram;
end;
$$;

comment on function howdah.duration_histogram is
  'The histogram with counts[i] in buckets[i], whichever are there twice; null without any.';

-- howdah.duration_quantile(histogram, fraction): the duration in milliseconds that this fraction of them, from 0 to 1, did not
-- exceed, within 9.1 %; null without any.
create function howdah.duration_quantile(histogram integer[], fraction double precision) returns double precision
language plpgsql immutable security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_left double precision := (select greatest(1, ceil(fraction * sum(n))) from unnest(histogram) n);
begin
  for k in coalesce(array_lower(histogram, 1), 1) .. coalesce(array_upper(histogram, 1), 0) loop
    v_left := v_left - coalesce(histogram[k], 0);
    if v_left <= 0 then
      return howdah.bucket_duration(k);
    end if;
  end loop;
  return null;
end;
$$;

comment on function howdah.duration_quantile is
  'The duration in milliseconds that this fraction (0 to 1) of a histogram did not exceed, within 9.1 %; null without any.';

-- howdah.bucket_duration(bucket): what a duration of that bucket is told as, in milliseconds; null for null. Not strict: a call
-- with a null constant would be folded away, and nobody asked whether they may call it.
create function howdah.bucket_duration(bucket integer) returns double precision
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return case when bucket is null then null when bucket <= 0 then 1 else round((2 ^ ((least(bucket, 128) - 0.5) / 4))::numeric, 1)::double precision end;
end;
$$;
