import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { Contender, Job } from '../contenders/contender.ts';
import { monotonicMs } from '../monotonic-ms.ts';
import { toWaits } from '../percentiles.ts';
import { cpuMs, say } from '../said.ts';
import { linesOfStdin } from './lines-of-stdin.ts';

export interface WorkCommandOptions {
  queues: { name: string; concurrency: number }[];
  /** After so many jobs it stops by itself. @default when stdin ends */
  count?: number;
  /** What a job does: compute, after a turn of the event loop as any handler has that reads something, or wait. @default nothing */
  job?: { spinMs: number } | { waitMs: number };
  /** Says so each time that so many more were run. @default never */
  progressEvery?: number;
  /** Says of each job when it starts and that it ended. @default false */
  isTraced?: boolean;
}

/** Works the queues off, and says at the end what it took. The line `memory` on stdin asks what it has of it now. */
export async function work(contender: Contender, url: string, options: WorkCommandOptions): Promise<void> {
  const { count = Number.POSITIVE_INFINITY } = options;
  const counted = new Counted(options, count);
  const isOver = linesOfStdin((line) => {
    if (line === 'memory') sayMemory();
  });
  const working = await contender.work(url, { queues: options.queues, run: counted.run });
  const startedAt = performance.now();
  say({ event: 'ready', cpuMs: cpuMs() });
  if (Number.isFinite(count)) {
    await counted.reached;
    say({ event: 'drained', ms: performance.now() - startedAt });
  } else await isOver;
  const { done, waits } = counted;
  const byQueue = { ...counted.byQueue };
  await working.stop();
  const peakMb = process.resourceUsage().maxRSS / 1024;
  say({ event: 'stopped', cpuMs: cpuMs(), peakMb, done, byQueue, waits: toWaits(waits) });
}

class Counted {
  done = 0;
  readonly byQueue: Record<string, number> = {};
  readonly waits: number[] = [];
  readonly run: (job: Job) => Promise<void> | void;
  readonly reached: Promise<void>;

  constructor({ job, progressEvery = 0, isTraced = false }: WorkCommandOptions, count: number) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.reached = promise;
    const end = ({ id, queue }: Job) => {
      if (isTraced) say({ event: 'ended', id });
      this.done += 1;
      this.byQueue[queue] = (this.byQueue[queue] ?? 0) + 1;
      if (progressEvery > 0 && this.done % progressEvery === 0) say({ event: 'progress', done: this.done });
      if (this.done === count) resolve();
    };
    this.run = (started) => {
      const { at } = started.data;
      if (at !== undefined && at > 0) this.waits.push(monotonicMs() - at);
      if (isTraced) say({ event: 'started', id: started.id, at: monotonicMs() });
      if (job && 'waitMs' in job) return delay(job.waitMs).then(() => end(started));
      if (job && 'spinMs' in job)
        return nextTurn()
          .then(() => spin(job.spinMs))
          .then(() => end(started));
      return end(started);
    };
  }
}

function spin(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

/** After two collections where there is `--expose-gc`, so that what is left is what is held. */
function sayMemory(): void {
  globalThis.gc?.();
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  say({ event: 'memory', rssMb: rss / 2 ** 20, heapMb: heapUsed / 2 ** 20 });
}
