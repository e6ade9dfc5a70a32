-- howdah.batch_groups(batch): the plain jobs of a batch by queue, each job with its index from 0. Tasks and queues are there.
create function howdah.batch_groups(batch howdah.job_options[])
returns table (queue text, indexes integer[], jobs howdah.job_options[])
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select coalesce((b.job).queue, t.queue, 'default'),
         array_agg((b.index - 1)::integer order by b.index), array_agg(b.job order by b.index)
  from (select job, row_number() over () as index from unnest(batch) job) b
  left join howdah.tasks t on t.name = (b.job).task
  where num_nonnulls((b.job).key, (b.job).unique_key, (b.job).unique_for, (b.job).sequence) = 0
  group by 1;
end;
$$;

-- howdah.only_queue(batch): the queue of a batch whose jobs are all plain and of one; null for any other batch.
create function howdah.only_queue(batch howdah.job_options[]) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select case when min(q.queue) = max(q.queue) and max(q.option_count) = 0 then min(q.queue) end
    from (select coalesce(j.queue, t.queue, 'default') collate "C" as queue,
                 num_nonnulls(j.key, j.unique_key, j.unique_for, j.sequence) as option_count
          from unnest(batch) j
          left join howdah.tasks t on t.name = j.task) q);
end;
$$;
