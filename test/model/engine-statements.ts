import type { Job, TaskList } from 'graphile-worker';
import type pg from 'pg';
// The engine's own statements. It does not export them, and a copy of their text would not notice when they change.
import { batchCompleteJobs } from '../../node_modules/graphile-worker/dist/sql/completeJobs.js';
import { batchFailJobs } from '../../node_modules/graphile-worker/dist/sql/failJobs.js';
import { batchGetJobs } from '../../node_modules/graphile-worker/dist/sql/getJobs.js';
import { returnJobs } from '../../node_modules/graphile-worker/dist/sql/returnJobs.js';
import { queueSchema } from '../../src/db/schema/queue-schema.ts';
import { tellingEnds } from '../../src/work/engine/engine-statement.ts';

/** The tasks of the model's jobs; nothing ever runs them. Only jobs with a key are of the other one, too. */
export const TASK = 'model_step';
export const OTHER_TASK = 'model_other_step';

export type Fetched = Job;

/** What one worker pool of graphile-worker says to the database, in the engine's own words. */
export interface EngineStatements {
  fetch(batchSize: number): Promise<Fetched[]>;
  complete(jobs: readonly Fetched[]): Promise<void>;
  /** As workers of this version send it. */
  completeHeld(jobs: readonly Fetched[]): Promise<void>;
  fail(jobs: readonly Fetched[], message: string): Promise<void>;
  giveBack(jobs: readonly Fetched[]): Promise<void>;
}

const TASKS: TaskList = { [TASK]: () => {}, [OTHER_TASK]: () => {} };

type Options = Parameters<typeof batchGetJobs>[0];
type WithClient = Parameters<typeof batchGetJobs>[1];

/** The engine remembers a task's id for each of these, so there is one a queue. */
const optionsOf = new Map<string, Options>();

export function engineStatements(client: pg.Client, { queue, poolId }: { queue: string; poolId: string }) {
  const options = optionsOf.get(queue) ?? createOptions(queue);
  optionsOf.set(queue, options);
  const withClient = useOnly(client);
  const statements: EngineStatements = {
    fetch: (batchSize) => batchGetJobs(options, withClient, TASKS, poolId, null, batchSize),
    complete: (jobs) => batchCompleteJobs(options, withClient, poolId, jobs),
    completeHeld: (jobs) => batchCompleteJobs(options, useOnly(telling(client)), poolId, jobs),
    fail: (jobs, message) =>
      batchFailJobs(
        options,
        withClient,
        poolId,
        jobs.map((job) => ({ job, message, replacementPayload: undefined })),
      ),
    giveBack: (jobs) => returnJobs(options, withClient, poolId, jobs),
  };
  return statements;
}

/** As much of the engine's settings as its statements read. */
function createOptions(queue: string): Options {
  const schema = queueSchema(queue);
  return {
    workerSchema: schema,
    escapedWorkerSchema: `"${schema}"`,
    resolvedPreset: { worker: { preparedStatements: true, useNodeTime: false } },
    logger: { error: (message: string) => console.error(message) },
  } as unknown as Options;
}

function telling(client: pg.Client): Pick<pg.Client, 'query'> {
  return { query: (statement: pg.QueryConfig) => client.query(tellingEnds(statement)) } as pg.Client;
}

function useOnly(client: Pick<pg.Client, 'query'>): WithClient {
  const use = (act: (client: Pick<pg.Client, 'query'>) => unknown) => act(client);
  return Object.assign(use, { withRetries: use }) as unknown as WithClient;
}
