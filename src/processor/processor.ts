import type { EventHub } from '../observability/event-hub.ts';
import type { Logger } from '../observability/logger.ts';
import { openDatabase } from '../db/database.ts';
import { ShutdownError } from './abort-reasons.ts';
import type { BoundTask } from './bind.ts';
import type { RunEnvironment } from './run-job.ts';
import { type Runner, startRunner } from './runner.ts';

/** Connections a runner may open: one listens, a few fetch and end batches; the engine wants one a slot at most. */
const SPARE_CONNECTIONS = 3;

export interface QueueConcurrency {
  name: string;
  /** Runs at once in this process. */
  concurrency: number;
}

export interface ProcessorOptions<Services> {
  connectionString: string;
  queues: readonly QueueConcurrency[];
  /** Every task this process knows; every queue's runner gets all of them. */
  tasks: ReadonlyMap<string, BoundTask<Services>>;
  services: Services;
  events: EventHub;
  log: Logger;
}

/** A runner per queue, each with its own concurrency. */
export interface Processor {
  /** Queues whose runner is working. */
  runningQueues(): string[];
  /**
   * Takes no more jobs and waits for the running ones. Those that outlast `timeoutMs` have their signal fired and go
   * back to their queue, no attempt lost. Resolves once no job is held. Safe to call twice.
   */
  stop(timeoutMs: number): Promise<void>;
}

/** Runners for all queues, already taking jobs. */
export async function startProcessor<Services>(options: ProcessorOptions<Services>): Promise<Processor> {
  const { services, events, log, queues } = options;
  const shutdown = new AbortController();
  const environment = { services, events, log, shutdownSignal: shutdown.signal };
  const lanes = await startLanes(options, environment);
  let stopping: Promise<void> | undefined;
  return {
    runningQueues: () => queues.map(({ name }) => name).filter((name) => lanes.some(({ queue }) => queue === name)),
    stop(timeoutMs) {
      stopping ??= stopLanes(lanes, shutdown, timeoutMs);
      return stopping;
    },
  };
}
