import { ContenderProcess } from './contender-process.ts';
import { CONCURRENCY } from './drain-once.ts';
import type { Place } from './place.ts';
import { serverCost } from './server-cost.ts';
import type { Servers } from './servers.ts';

/** As many are enqueued by a statement, however many wait: the price of a job depends on it. */
const STEP = 250;

export interface LivesOptions {
  count: number;
  /** How many wait when it begins, and so all the while: each that is run makes room for one. */
  waiting: number;
  /** How long the finished ones are kept. @default as ever */
  retention?: string;
}

/**
 * Jobs enqueued, fetched, run and ended while so many wait: `jobsPerSecond`; `nodeMs`, CPU of the worker for 1,000 jobs, and
 * `serverMs`, the same of the server, the enqueues in it.
 */
export async function wholeLives(
  servers: Servers,
  place: Place,
  { count, waiting, retention }: LivesOptions,
): Promise<{ jobsPerSecond: number; nodeMs: number; serverMs: number }> {
  const step = Math.min(STEP, waiting);
  const { result, cpuMs } = await serverCost(servers, place, async () => {
    const feed = new ContenderProcess(place, 'feed', retention === undefined ? {} : { retention });
    const queues = [{ name: 'default', concurrency: CONCURRENCY }];
    const worker = new ContenderProcess(place, 'work', { queues, count, progressEvery: step });
    worker.on('progress', () => feed.write(String(step)));
    const { cpuMs: startMs } = await worker.the('ready');
    const { ms } = await worker.the('drained');
    const stopped = await worker.the('stopped');
    await Promise.all([worker.end(), feed.end()]);
    return { ms, nodeMs: stopped.cpuMs - startMs };
  });
  const thousands = count / 1_000;
  return {
    jobsPerSecond: (count / result.ms) * 1_000,
    nodeMs: result.nodeMs / thousands,
    serverMs: cpuMs / thousands,
  };
}
