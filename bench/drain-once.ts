import { ContenderProcess } from './contender-process.ts';
import type { Measured } from './figures.ts';
import type { Place } from './place.ts';
import { serverCost } from './server-cost.ts';
import type { Servers } from './servers.ts';

/** Runs at once, of each contender that can be told. */
export const CONCURRENCY = 10;

/**
 * Works off jobs that are waiting: `jobsPerSecond` from when the worker takes jobs to the last of them; `nodeMs`, CPU of its
 * process for 1,000 jobs from then to when it has stopped; `serverMs`, the same of the server, the worker's start included;
 * `startMs`, CPU of the start; `peakMb`.
 *
 * @param url by which the worker reaches its place. @default as everybody
 * @param concurrency runs at once. @default 10
 */
export async function drainOnce(
  servers: Servers,
  place: Place,
  {
    count,
    url = place.url,
    concurrency = CONCURRENCY,
  }: { count: number; url?: string; concurrency?: number },
): Promise<Measured> {
  const queues = [{ name: 'default', concurrency }];
  const { result, cpuMs } = await serverCost(servers, place, async () => {
    const worker = new ContenderProcess({ name: place.name, url }, 'work', { queues, count });
    const [ready, drained, stopped] = await Promise.all([
      worker.the('ready'),
      worker.the('drained'),
      worker.the('stopped'),
    ]);
    await worker.end();
    return { startMs: ready.cpuMs, ms: drained.ms, stopped };
  });
  const { startMs, ms, stopped } = result;
  const thousands = count / 1_000;
  return {
    jobsPerSecond: (count / ms) * 1_000,
    nodeMs: (stopped.cpuMs - startMs) / thousands,
    serverMs: cpuMs / thousands,
    startMs,
    peakMb: stopped.peakMb,
  };
}
