import { openDatabase } from '../db/database.ts';
import type { BoundTask } from './bind.ts';
import type { RunEnvironment } from './run-job.ts';
import { type Runner, startRunner } from './runner.ts';

/** Connections beside one a slot: one listens for new jobs, two fetch and end batches. */
const SPARE_CONNECTIONS = 3;

export interface LaneOptions<Services> {
  connectionString: string;
  /** The queue to serve. */
  name: string;
  concurrency: number;
  tasks: ReadonlyMap<string, BoundTask<Services>>;
  environment: RunEnvironment<Services>;
}

/** One queue's runner with connections of its own, so that a busy queue cannot starve another of them. */
export interface Lane {
  readonly queue: string;
  isRunning(): boolean;
  /** Stops the runner, then closes its connections. */
  close(): Promise<void>;
}

export async function openLane<Services>(options: LaneOptions<Services>): Promise<Lane> {
  const { connectionString, name: queue, concurrency, tasks, environment } = options;
  const database = openDatabase({
    connectionString,
    applicationName: `howdah worker ${queue}`,
    maxConnections: concurrency + SPARE_CONNECTIONS,
    onIdleError: (err) => environment.log.warn({ err, queue }, 'database connection lost'),
  });
  const runner = await startRunner({ queue, concurrency, tasks, pool: database.pool, environment }).catch(
    async (error: unknown) => {
      await database.close();
      throw error;
    },
  );
  return { queue, isRunning: runner.isRunning, close: () => closeLane(runner, database.close) };
}

async function closeLane(runner: Runner, closeDatabase: () => Promise<void>): Promise<void> {
  try {
    await runner.stop();
  } finally {
    await closeDatabase();
  }
}
