import type { Session } from '../../db/session.ts';
import { error, type Finding, ok, warning } from './finding.ts';

interface QueueRow {
  name: string;
  workers: number;
  available: number;
  is_paused: boolean;
}

const QUEUES = `
  select q.name, coalesce(w.count, 0)::integer as workers, q.available::integer as available,
         s.paused_at is not null as is_paused
  from howdah.queues q
  left join howdah.queue_settings s on s.queue = q.name
  left join (select queue, count(*) from howdah.workers where state <> 'silent' group by queue) w on w.queue = q.name
  order by q.name`;

/** Live jobs that no living runner of their queue can run: nobody would ever fetch them. */
const ORPHANED = `
  select j.task, j.queue, count(*)::integer as count
  from howdah.jobs j
  where j.state in ('available', 'scheduled', 'retryable')
    and exists (select from howdah.workers w where w.queue = j.queue and w.state <> 'silent')
    and not exists (select from howdah.workers w
                    where w.queue = j.queue and w.state <> 'silent' and j.task = any (w.tasks))
  group by j.task, j.queue
  order by j.queue, j.task`;

/** Whether somebody is there for every queue and every task with jobs. */
export async function checkFleet(session: Session): Promise<Finding[]> {
  const { rows: queues } = await session.query<QueueRow>(QUEUES);
  const { rows: orphaned } = await session.query<{ task: string; queue: string; count: number }>(ORPHANED);
  return [
    ...queues.map(checkQueue),
    ...orphaned.map(({ task, queue, count }) =>
      error(
        `${jobs(count)} of task "${task}" in queue "${queue}", which no worker there knows`,
        'start a version that has the task, or discard them',
      ),
    ),
  ];
}

function checkQueue({ name, workers, available, is_paused }: QueueRow): Finding {
  if (is_paused) {
    return warning(
      `queue "${name}" is paused, with ${jobs(available)} waiting`,
      `select howdah.resume_queue('${name}') when that is over`,
    );
  }
  if (workers > 0) return ok(`queue "${name}": ${workers} ${workers === 1 ? 'worker' : 'workers'}`);
  const advice = `start a worker with "${name}" in QUEUES`;
  return available > 0
    ? error(`queue "${name}" has no worker, with ${jobs(available)} waiting`, advice)
    : warning(`queue "${name}" has no worker`, advice);
}

function jobs(count: number): string {
  return count === 1 ? '1 job' : `${count} jobs`;
}
