import type { Session } from '../../db/session.ts';
import { type QueueStats, readQueueStats } from '../../inspect/queue-stats.ts';
import { checkTasks } from './check-tasks.ts';
import { countJobs } from './count-jobs.ts';
import { error, type Finding, ok, warning } from './finding.ts';

/** Whether somebody is there for every queue and every task with jobs. */
export async function checkFleet(session: Session): Promise<Finding[]> {
  const queues = await readQueueStats(session);
  return [...queues.map(checkQueue), ...(await checkTasks(session))];
}

function checkQueue({ queue, workerCount, availableCount, isEstimate, isPaused }: QueueStats): Finding {
  const waiting = `${isEstimate ? 'about ' : ''}${countJobs(Math.round(availableCount))} waiting`;
  if (isPaused) {
    return warning(
      `queue "${queue}" is paused, with ${waiting}`,
      `npx howdah resume ${queue} when that is over`,
    );
  }
  if (workerCount > 0) {
    return ok(`queue "${queue}": ${workerCount} ${workerCount === 1 ? 'worker' : 'workers'}`);
  }
  const advice = `start a worker with "${queue}" in QUEUES`;
  return availableCount > 0
    ? error(`queue "${queue}" has no worker, with ${waiting}`, advice)
    : warning(`queue "${queue}" has no worker`, advice);
}
