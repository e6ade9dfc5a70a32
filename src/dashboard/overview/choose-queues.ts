import type { OverviewQueue } from '../../look/overview.ts';
import { byName } from '../parts/by-name.ts';
import { waitingCount } from '../parts/queue-table.ts';

/** So many have a row, whatever they do. */
const ALWAYS = 12;
/** Queues that have a row here at most; their page has all. */
const MOST = 30;

/**
 * The queues that have a row on the first page: all where there are few. Else those that are behind come first, then those
 * that are paused, that work, and that stand idle, which fill up what is left: what fails is further down, and shall be seen.
 * Rows of a kind are in the order of their names, so that they stay in place while numbers change.
 */
export function chooseQueues(queues: readonly OverviewQueue[]): readonly OverviewQueue[] {
  const sorted = queues.toSorted(byName);
  if (queues.length <= ALWAYS) return sorted;
  const busiest = sorted.toSorted((a, b) => rank(a) - rank(b) || load(b) - load(a));
  const tellingCount = queues.filter((queue) => rank(queue) < IDLE).length;
  const chosen = new Set(busiest.slice(0, Math.min(Math.max(tellingCount, ALWAYS), MOST)));
  return sorted.filter((queue) => chosen.has(queue)).toSorted((a, b) => rank(a) - rank(b));
}

const IDLE = 3;

function rank(queue: OverviewQueue): number {
  if (queue.verdict.isBehind) return 0;
  if (queue.isPaused) return 1;
  return load(queue) + queue.minutes.length > 0 ? 2 : IDLE;
}

function load(queue: OverviewQueue): number {
  return queue.runningCount + waitingCount(queue);
}
