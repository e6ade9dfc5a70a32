-- howdah.add_job_batch(jobs): writes jobs whose options are checked; see enqueue_jobs.sql. Rows come in no order. A job that names no
-- sequence is in that of its task, if that gives any (order_key.sql).
--
-- Plain jobs are written together, those of each queue by one statement. Those with a key, a unique key or a
-- sequence go one by one, and two batches do not wait for each other: the turns of all sequences are taken first, by name,
-- then keys outside sequences by task and key. Jobs of sequences follow in their own order, and those of one key in
-- theirs. Only a key that goes with another sequence in the other batch, or a unique_for alone, is in no such order.
-- Raises what refuse_batch does, and HWDUP for the first duplicate that is met so.
create function howdah.add_job_batch(jobs howdah.job_options[])
returns table (job_index integer, job_id bigint, job_queue text, job_run_at timestamptz, job_max_retries integer)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  perform howdah.refuse_batch(jobs);
  return query select a.* from howdah.add_sound_jobs(jobs) a;
end;
$$;

-- howdah.add_sound_jobs(jobs): the same for jobs of which nothing is wrong that refuse_batch would find.
-- Raises HWQUE for a queue that does not exist, without the job's index, and HWDUP.
create function howdah.add_sound_jobs(jobs howdah.job_options[])
returns table (job_index integer, job_id bigint, job_queue text, job_run_at timestamptz, job_max_retries integer)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_queue text;
  v_group record;
  v_single record;
  v_added record;
begin
  jobs := howdah.in_order(jobs);
  v_queue := howdah.only_queue(jobs);
  if v_queue is not null then
    return query select w.* from howdah.write_jobs(v_queue, null, jobs) w;
    return;
  end if;
  for v_group in select g.* from howdah.batch_groups(jobs) g loop
    return query select w.* from howdah.write_jobs(v_group.queue, v_group.indexes, v_group.jobs) w;
  end loop;
  perform howdah.enter_sequence(s.name)
  from (select distinct j.sequence as name from unnest(jobs) j where j.sequence is not null order by 1) s;
  for v_single in
    select (b.index - 1)::integer as index, b.job
    from (select j.job, j.index, (j.job).task collate "C" as task,
                 coalesce((j.job).key, (j.job).unique_key) collate "C" as key
          from (select job, row_number() over () as index from unnest(jobs) job) j) b
    where num_nonnulls((b.job).key, (b.job).unique_key, (b.job).unique_for, (b.job).sequence) > 0
    order by case when bool_or((b.job).sequence is not null) over (partition by b.task, b.key) then b.index end nulls first,
             b.task, b.key, b.index
  loop
    select a.* into v_added from howdah.add_one_job(v_single.job) a;
    if v_added.is_duplicate then
      raise exception 'jobs[%]: duplicate: job % of queue "%" holds this unique key',
        v_single.index, v_added.job_id, v_added.job_queue
        using errcode = 'HWDUP', detail = json_build_object(
          'job_index', v_single.index, 'job_id', v_added.job_id, 'queue', v_added.job_queue)::text,
        hint = 'With on_duplicate => ''return'' the holder is returned instead, and the transaction can go on.';
    end if;
    return query select v_single.index, v_added.job_id, v_added.job_queue, v_added.job_run_at, v_added.job_max_retries;
  end loop;
end;
$$;
