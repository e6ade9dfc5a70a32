import { queryRows, type SqlClient } from '../db/sql-client.ts';

/** How jobs of a task fared of late. Durations are in milliseconds, within 9.1 %, and null where no run ended. */
export interface TaskFigures {
  task: string;
  completedCount: number;
  /** Attempts, whatever was decided. */
  failedCount: number;
  waitP50Ms: number | null;
  waitP95Ms: number | null;
  runP50Ms: number | null;
  runP95Ms: number | null;
}

const SELECT = `
  with kept as materialized (
    select task, completed, failed, waits, runs from howdah.task_charts
    where step = interval '1 minute' and queue = $1 and at >= now() - interval '1 hour'
  ), ends as (
    select task, sum(completed) as completed, sum(failed) as failed from kept group by task
  ), waits as (
    select b.task, howdah.duration_histogram(array_agg(b.bucket), array_agg(b.count)) as histogram
    from (select k.task, s.bucket, sum(k.waits[s.bucket]) as count
          from kept k cross join generate_subscripts(k.waits, 1) s (bucket) group by 1, 2) b
    group by b.task
  ), runs as (
    select b.task, howdah.duration_histogram(array_agg(b.bucket), array_agg(b.count)) as histogram
    from (select k.task, s.bucket, sum(k.runs[s.bucket]) as count
          from kept k cross join generate_subscripts(k.runs, 1) s (bucket) group by 1, 2) b
    group by b.task
  )
  select e.task, e.completed::float8 as "completedCount", e.failed::float8 as "failedCount",
         howdah.duration_quantile(w.histogram, 0.5) as "waitP50Ms", howdah.duration_quantile(w.histogram, 0.95) as "waitP95Ms",
         howdah.duration_quantile(r.histogram, 0.5) as "runP50Ms", howdah.duration_quantile(r.histogram, 0.95) as "runP95Ms"
  from ends e left join waits w using (task) left join runs r using (task)
  order by e.completed + e.failed desc, e.task
  limit 20`;

/** The tasks whose jobs the queue had most of in the last hour, the most frequent first; 20 at most. */
export async function readTaskFigures(client: SqlClient, queue: string): Promise<TaskFigures[]> {
  return queryRows<TaskFigures>(client, SELECT, [queue]);
}
