import { EventEmitter } from 'node:events';
import { type Runner as EngineRunner, run, type WorkerEvents } from 'graphile-worker';
import type { Pool } from 'pg';
import { queueSchema } from '../db/queue-schema.ts';
import type { Logger } from '../observability/logger.ts';
import type { BoundTask } from './bind.ts';
import { createEngineLogger } from './engine-logger.ts';
import { toEngineTask } from './engine-task.ts';
import type { RunEnvironment } from './run-job.ts';

/** How long finished jobs are gathered before one statement ends them all; longer gains little and risks repeats. */
const BATCH_DELAY_MS = 2;

export interface RunnerOptions<Services> {
  queue: string;
  /** Runs at once in this process. */
  concurrency: number;
  tasks: ReadonlyMap<string, BoundTask<Services>>;
  pool: Pool;
  environment: RunEnvironment<Services>;
}

/** Takes and runs the jobs of one queue until stopped. */
export interface Runner {
  readonly queue: string;
  isRunning(): boolean;
  /** Takes no more jobs, gives prefetched ones back, resolves once the running ones ended. Safe to call twice. */
  stop(): Promise<void>;
}

/** A runner that is already taking jobs. */
export async function startRunner<Services>(options: RunnerOptions<Services>): Promise<Runner> {
  const { queue, concurrency, environment } = options;
  const engine = await startEngine(options);
  environment.events.emit('runner.started', { queue, concurrency });
  let isRunning = true;
  let stopping: Promise<void> | undefined;
  const ended = (error?: Error) => {
    isRunning = false;
    environment.events.emit('runner.stopped', { queue, ...(error ? { error } : {}) });
  };
  engine.promise.then(() => ended(stopping ? undefined : unasked()), ended);
  return {
    queue,
    isRunning: () => isRunning,
    stop() {
      stopping ??= isRunning ? engine.stop() : Promise.resolve();
      return stopping;
    },
  };
}

function startEngine<Services>(options: RunnerOptions<Services>): Promise<EngineRunner> {
  const { queue, concurrency, tasks, pool, environment } = options;
  const taskList = Object.fromEntries(
    [...tasks].map(([name, task]) => [name, toEngineTask(task, queue, environment)]),
  );
  const engineEvents: WorkerEvents = new EventEmitter();
  engineEvents.on('pool:listen:success', () => void catchUp(pool, environment.log));
  return run({
    pgPool: pool,
    events: engineEvents,
    schema: queueSchema(queue),
    concurrency,
    taskList,
    noHandleSignals: true,
    parsedCronItems: [],
    logger: createEngineLogger(environment.log),
    preset: {
      worker: {
        localQueue: { size: prefetchSize(concurrency) },
        completeJobBatchDelay: BATCH_DELAY_MS,
        failJobBatchDelay: BATCH_DELAY_MS,
      },
    },
  });
}

/**
 * Wakes the runners once more when listening begins: a job committed between the latest fetch and the LISTEN (at start,
 * or while the listening connection was down) was announced to nobody.
 */
async function catchUp(pool: Pool, log: Logger): Promise<void> {
  try {
    await pool.query("select pg_notify('jobs:insert', json_build_object('r', random(), 'count', 1)::text)");
  } catch (err) {
    log.warn({ err }, 'could not look for jobs announced before listening; the next poll will');
  }
}

/** Jobs held ready in this process: enough that a free slot never waits for the database, few enough to share. */
function prefetchSize(concurrency: number): number {
  return concurrency + Math.min(concurrency, 50);
}

function unasked(): Error {
  return new Error('the runner stopped without being asked');
}
