-- howdah.sample_<queue>(): how many jobs of one queue's big table are available, scheduled and retryable, estimated from
-- 60 pages at a cost that does not grow with the table.
--
-- The pages are evenly spread, with a random offset each: jobs enqueued together lie together, so pages drawn wholly at
-- random would err further. The total is what the server's statistics say, unless it is far from what the pages
-- promise, as after a crash, which loses the statistics.
create function howdah.:"sample"(out available bigint, out scheduled bigint, out retryable bigint)
language plpgsql stable
set search_path = pg_catalog, pg_temp
set jit = off
set enable_seqscan = off -- a page is read by its number
set effective_io_concurrency = 0 -- handing a single page to another process to read takes longer than reading it
as $$
declare
  c_samples constant integer := 60;
  v_pages bigint := pg_relation_size(:'job_table'::regclass) / current_setting('block_size')::integer;
  v_live bigint := pg_stat_get_live_tuples(:'job_table'::regclass);
  v_page bigint;
  v_part record;
  v_found bigint;
  v_scale double precision := v_pages::double precision / c_samples;
begin
  available := 0;
  scheduled := 0;
  retryable := 0;
  for v_page in select floor((i + random()) * v_scale) from generate_series(0, c_samples - 1) i loop
    select count(*) filter (where j.run_at <= now() or j.locked_at is not null) as available,
           count(*) filter (where j.run_at > now() and j.locked_at is null and j.last_error is null) as scheduled,
           count(*) filter (where j.run_at > now() and j.locked_at is null and j.last_error is not null) as retryable
      into v_part
    from :"schema"._private_jobs j
    where j.ctid >= format('(%s,0)', v_page)::tid and j.ctid < format('(%s,0)', v_page + 1)::tid;
    available := available + v_part.available;
    scheduled := scheduled + v_part.scheduled;
    retryable := retryable + v_part.retryable;
  end loop;

  v_found := available + scheduled + retryable;
  if v_found > 0 and v_live between v_found * v_scale / 2 and v_found * v_scale * 2 then
    v_scale := v_live::double precision / v_found;
  end if;
  available := round(available * v_scale);
  scheduled := round(scheduled * v_scale);
  retryable := round(retryable * v_scale);
end;
$$;
