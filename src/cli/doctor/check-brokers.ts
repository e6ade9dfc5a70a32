import type { Session } from '../../db/connections/session.ts';
import { type BrokerState, readBrokers } from '../../look/brokers.ts';
import { countJobs } from './count-jobs.ts';
import { error, type Finding, ok, warning } from './finding.ts';

/** Whether the workers reach the brokers that jobs go to; nothing where none go to one. */
export async function checkBrokers(session: Session): Promise<Finding[]> {
  return (await readBrokers(session)).map(describeBroker);
}

function describeBroker(state: BrokerState): Finding {
  const { broker, workerCount, downCount, since, because, tasks, waitingCount, hosts } = state;
  if (downCount === 0) return ok(`${broker}: reached by ${countWorkers(workerCount)}`);
  const wait = `${countJobs(waitingCount)} of ${tasks.join(', ')} waiting`;
  const told = `since ${since?.toISOString()} (${because})`;
  if (downCount < workerCount) {
    return warning(
      `${broker} takes no messages from ${downCount} of ${countWorkers(workerCount)} ${told}, with ${wait}; the others hand them over`,
      `look at the way there from ${hosts.join(', ')}`,
    );
  }
  return error(
    `${broker} takes no messages ${told}, with ${wait}`,
    `look at the broker, and at the way there from ${hosts.join(', ')}; the jobs go out by themselves when it is back`,
  );
}

function countWorkers(count: number): string {
  return count === 1 ? '1 worker' : `${count} workers`;
}
