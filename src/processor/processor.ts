import { setTimeout as delay } from 'node:timers/promises';
import type { EventHub } from '../observability/event-hub.ts';
import type { Logger } from '../observability/logger.ts';
import { ShutdownError } from './abort-reasons.ts';
import type { BoundTask } from './bind.ts';
import { type Lane, openLane } from './lane.ts';

export interface ProcessorOptions<Services> {
  connectionString: string;
  queues: readonly QueueConcurrency[];
  /** Every task this process knows; every queue's runner gets all of them. */
  tasks: ReadonlyMap<string, BoundTask<Services>>;
  services: Services;
  events: EventHub;
  log: Logger;
}

export interface QueueConcurrency {
  name: string;
  /** Runs at once in this process. */
  concurrency: number;
}

/** One runner per queue, each with its own concurrency. */
export interface Processor {
  /** Queues that should have a runner and have none right now. */
  idleQueues(): string[];
  /**
   * Takes no more jobs and waits for the running ones. Those that outlast `timeoutMs` have their signal fired and go
   * back to their queue, no attempt lost. Resolves once this process holds no job. Safe to call twice.
   */
  stop(timeoutMs: number): Promise<void>;
}

/** A processor that is already taking jobs. */
export async function startProcessor<Services>(options: ProcessorOptions<Services>): Promise<Processor> {
  const shutdown = new AbortController();
  const { services, events, log, queues } = options;
  const environment = { services, events, log, shutdownSignal: shutdown.signal };
  const lanes = await openLanes(queues, (queue) => openLane({ ...options, ...queue, environment }));
  let stopping: Promise<void> | undefined;
  return {
    idleQueues: () => lanes.filter((lane) => !lane.isRunning()).map((lane) => lane.queue),
    stop(timeoutMs) {
      stopping ??= stopLanes(lanes, shutdown, timeoutMs);
      return stopping;
    },
  };
}

/** All lanes or none: when one cannot open, those that did are closed again. */
async function openLanes(
  queues: readonly QueueConcurrency[],
  open: (queue: QueueConcurrency) => Promise<Lane>,
): Promise<Lane[]> {
  const results = await Promise.allSettled(queues.map(open));
  const lanes = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failure = results.find((result) => result.status === 'rejected');
  if (!failure) return lanes;
  await Promise.all(lanes.map((lane) => lane.close()));
  throw failure.reason;
}

/**
 * The signal makes every run end with a ShutdownError, whether its handler listens or not; the pipeline turns that into
 * the verdict "return", and the engine's own failure statement puts the job back with its attempts unchanged.
 */
async function stopLanes(
  lanes: readonly Lane[],
  shutdown: AbortController,
  timeoutMs: number,
): Promise<void> {
  const closed = Promise.all(lanes.map((lane) => lane.close()));
  const timer = new AbortController();
  const limit = delay(timeoutMs, undefined, { signal: timer.signal }).then(
    () => shutdown.abort(new ShutdownError()),
    () => {},
  );
  try {
    await closed;
  } finally {
    timer.abort();
    await limit;
  }
}
