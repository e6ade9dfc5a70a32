import { ContenderProcess } from './contender-process.ts';
import { CONCURRENCY } from './drain-once.ts';
import type { Measured } from './figures.ts';
import type { Place } from './place.ts';
import { serverCost } from './server-cost.ts';
import type { Servers } from './servers.ts';

export interface LiveOptions {
  /** Jobs a second, each enqueued in a transaction of its own. @default as many as go in */
  rate?: number;
  seconds: number;
  /** By which producer and worker reach the place. @default as everybody */
  url?: string;
}

/** So long the same goes on before anything is timed: what is compiled, opened and planned first. */
const WARM_UP_SECONDS = 2;

/**
 * A producer and a worker together: `p50`, `p95` and `p99` in milliseconds from the call that enqueues to the start of the
 * handler; of the worker `nodeMs`, of who enqueues `producerMs`, of the server `serverMs`, CPU for 1,000 jobs each; `walBytes`
 * and `commits` for a job; `jobsPerSecond` that were run.
 */
export async function liveOnce(
  servers: Servers,
  place: Place,
  { rate, seconds, url = place.url }: LiveOptions,
): Promise<Measured> {
  const queues = [{ name: 'default', concurrency: CONCURRENCY }];
  const reach = { name: place.name, url };
  const worker = new ContenderProcess(reach, 'work', { queues });
  const { cpuMs: startMs } = await worker.the('ready');
  const { result, cpuMs, walBytes, commits } = await serverCost(servers, place, async () => {
    const load = { seconds, warmUpSeconds: WARM_UP_SECONDS, ...(rate === undefined ? {} : { rate }) };
    const producer = new ContenderProcess(reach, 'produce', load);
    const produced = await producer.the('produced');
    await producer.end();
    const stopped = worker.the('stopped');
    await worker.end();
    return { produced, stopped: await stopped };
  });
  const { produced, stopped } = result;
  const { p50, p95, p99 } = stopped.waits;
  return {
    jobsPerSecond: (produced.count / produced.ms) * 1_000,
    p50,
    p95,
    p99,
    nodeMs: ((stopped.cpuMs - startMs) / stopped.done) * 1_000,
    producerMs: (produced.cpuMs / produced.count) * 1_000,
    serverMs: (cpuMs / stopped.done) * 1_000,
    walBytes: walBytes / stopped.done,
    commits: commits / stopped.done,
  };
}
