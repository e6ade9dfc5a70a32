import type { QueueStats } from './queue-stats.ts';

/** Jobs a second that left each queue, by its name; null as long as there is nothing to compare with. */
export type ThroughputMeter = (queues: readonly EndedCount[]) => ReadonlyMap<string, number | null>;

type EndedCount = Pick<QueueStats, 'queue' | 'endedCount'>;

interface Look {
  atMs: number;
  counts: ReadonlyMap<string, number>;
}

const SHORTEST_MS = 1_000;
const LONGEST_MS = 60_000;

/**
 * Compares the server's own count of jobs that left each queue with that of earlier looks: the oldest of the last minute,
 * at least a second ago. The first look finds null.
 */
export function createThroughputMeter(clock: () => number = () => performance.now()): ThroughputMeter {
  const looks: Look[] = [];
  return (queues) => {
    const now = {
      atMs: clock(),
      counts: new Map(queues.map(({ queue, endedCount }) => [queue, endedCount])),
    };
    while (looks[0] && now.atMs - looks[0].atMs > LONGEST_MS && looks.length > 1) looks.shift();
    const [before] = looks;
    const isNewEnough = now.atMs - (looks.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY) >= SHORTEST_MS;
    if (isNewEnough) looks.push(now);
    return new Map(queues.map(({ queue }) => [queue, rateOf(queue, before, now)]));
  };
}

/** A server that was restarted after a crash counts from zero again. */
function rateOf(queue: string, before: Look | undefined, now: Look): number | null {
  const earlier = before?.counts.get(queue);
  const later = now.counts.get(queue);
  if (!before || earlier === undefined || later === undefined || later < earlier) return null;
  const elapsedMs = now.atMs - before.atMs;
  return elapsedMs < SHORTEST_MS ? null : Math.round(((later - earlier) / elapsedMs) * 10_000) / 10;
}
