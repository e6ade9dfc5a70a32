import type pg from 'pg';
import { z } from 'zod';
import { announceTasks } from '../../src/enqueue/announce-tasks.ts';
import { PostgresDistributor } from '../../src/enqueue/postgres-distributor.ts';
import { createEventHub, type EventHub } from '../../src/observability/event-hub.ts';
import { createLogger, type Logger } from '../../src/observability/logger.ts';
import { type BoundTask, bind, type Handler, type TaskPolicy } from '../../src/tasks/bind.ts';
import { createCatalogue } from '../../src/tasks/catalogue.ts';
import { defineTask, type TaskDefinition, type TaskSettings } from '../../src/tasks/define-task.ts';
import { type QueueConcurrency, startProcessor, type TaskProcessor } from '../../src/work/processor.ts';
import { openPool } from './open-pool.ts';
import { createTestDatabase, type TestDatabase } from './test-database.ts';
import { waitFor } from './wait-for.ts';

/** A row of `howdah.jobs`, as far as tests look at it. */
export interface JobRow {
  id: string;
  queue: string;
  task: string;
  state: string;
  attempt: number;
  max_attempts: number;
  run_at: Date;
  last_error: string | null;
}

/** A database with tasks of the test's own, and processors to run them. */
export interface TestQueue {
  readonly database: TestDatabase;
  readonly pool: pg.Pool;
  readonly events: EventHub;
  readonly distributor: PostgresDistributor;
  /** @param setting runs at once in each of `critical` and `default`, or queues of the test's own. @default 5 */
  start(setting?: number | readonly QueueConcurrency[], log?: Logger): Promise<TaskProcessor>;
  job(id: string): Promise<JobRow>;
  /** The job's row once it is in that state. */
  untilState(id: string, state: string): Promise<JobRow>;
  /** Stops what was started and drops the database. */
  close(): Promise<void>;
}

/** A task for tests: any object is a payload. */
export function testTask(name: string, settings: Partial<TaskSettings<unknown>> = {}): TaskDefinition {
  return defineTask<unknown>({ name, payload: z.looseObject({}), ...settings });
}

export type TestHandler = [TaskDefinition, Handler<unknown, object>, TaskPolicy?];

/** @param given a database to use. @default one of its own */
export async function openTestQueue(
  handlers: (TestHandler | BoundTask<object>)[],
  given?: TestDatabase,
): Promise<TestQueue> {
  const database = given ?? (await createTestDatabase());
  const pool = openPool(database.connectionString);
  const events = createEventHub();
  const bound = handlers.map((each) => (Array.isArray(each) ? bind(...each) : each));
  const tasks = new Map(bound.map((task) => [task.definition.name, task]));
  await announceTasks(pool, createCatalogue(bound.map(({ definition }) => definition)));
  const processors: TaskProcessor[] = [];
  return {
    database,
    pool,
    events,
    distributor: new PostgresDistributor({ events }),
    async start(setting = 5, log = createLogger({ level: 'silent' })) {
      const queues = toQueues(setting);
      const processor = await startTestProcessor({ database, tasks, events, queues, log });
      processors.push(processor);
      return processor;
    },
    job: (id) => readJob(pool, id),
    untilState: (id, state) =>
      waitFor(`job ${id} to be ${state}`, async () => {
        const job = await readJob(pool, id);
        return job.state === state ? job : undefined;
      }),
    async close() {
      await Promise.all(processors.map((processor) => processor.stop(0)));
      await pool.end();
      await database.drop();
    },
  };
}

function startTestProcessor(options: {
  database: TestDatabase;
  tasks: ReadonlyMap<string, BoundTask<object>>;
  events: EventHub;
  queues: readonly QueueConcurrency[];
  log: Logger;
}): Promise<TaskProcessor> {
  const { database, ...rest } = options;
  return startProcessor({
    connectionString: database.connectionString,
    services: {},
    ...rest,
  });
}

function toQueues(setting: number | readonly QueueConcurrency[]): readonly QueueConcurrency[] {
  if (typeof setting !== 'number') return setting;
  return ['critical', 'default'].map((name) => ({ name, concurrency: setting }));
}

async function readJob(pool: pg.Pool, id: string): Promise<JobRow> {
  const { rows } = await pool.query<JobRow>('select * from howdah.jobs where id = $1', [id]);
  const [row] = rows;
  if (!row) throw new Error(`there is no job ${id}`);
  return row;
}
