import type { Session } from '../../db/connections/session.ts';
import { type QueueStats, readQueueStats } from '../../look/queue-stats.ts';
import { readInstallationProblem } from '../../operate/installation.ts';
import { checkTasks } from './check-tasks.ts';
import { countJobs } from './count-jobs.ts';
import { error, type Finding, ok, warning } from './finding.ts';

/** Whether somebody is there for every queue and every task with jobs. */
export async function checkFleet(session: Session): Promise<Finding[]> {
  const queues = await readQueueStats(session);
  return [await checkInstallation(session), ...queues.map(checkQueue), ...(await checkTasks(session))];
}

async function checkInstallation(session: Session): Promise<Finding> {
  const problem = await readInstallationProblem(session);
  return problem === null
    ? ok('this is the database whose workers run its jobs')
    : error(problem, 'npx howdah adopt --help tells what each does');
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
