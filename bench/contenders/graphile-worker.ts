import {
  Logger,
  makeWorkerUtils,
  type Runner,
  runMigrations,
  run as startRunner,
  type WorkerSharedOptions,
} from 'graphile-worker';
import pg from 'pg';
import { type Contender, PRODUCER_CONNECTIONS, TASK, type WorkOptions } from './contender.ts';

const logger = new Logger(() => () => {});

/** Its own settings for speed, as its documentation of performance has them: a local queue, and ends in batches. */
const FAST = { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 };

export default contender('local queue of 500, ends of jobs in batches (completeJobBatchDelay 0)', {
  worker: FAST,
});

export interface Variant {
  /** Settings of its worker beside the number of runs at once. @default none */
  worker?: object;
  isSlow?: boolean;
  /** Where the jobs of a queue are, and what they are called there. @default a schema for each queue */
  placeOf?: (queue: string) => { schema: string; task: string };
}

export function contender(setup: string, variant: Variant = {}): Contender {
  const { worker = {}, isSlow = false, placeOf = inOwnSchema } = variant;
  return {
    setup: `${setup}; filled by add_jobs`,
    isSlow,
    async prepare(connectionString, queues) {
      for (const schema of new Set(queues.map((queue) => placeOf(queue).schema)))
        await runMigrations({ connectionString, schema, logger });
    },
    async open(connectionString) {
      const pool = new pg.Pool({ connectionString, max: PRODUCER_CONNECTIONS });
      const { schema, task } = placeOf('default');
      const utils = await makeWorkerUtils({ pgPool: pool, schema, logger });
      return {
        one: (data) => utils.addJob(task, data),
        many: (count, payload) =>
          utils.addJobs(Array.from({ length: count }, () => ({ identifier: task, payload }))),
        bulk: (count, { queue }) => pool.query(bulk(placeOf(queue)), [count]),
        close: async () => {
          await utils.release();
          await pool.end();
        },
      };
    },
    async work(connectionString, { queues, run }) {
      const runners: Runner[] = [];
      for (const { name, concurrency } of queues) {
        const { schema, task } = placeOf(name);
        const shared: WorkerSharedOptions = { connectionString, schema, logger };
        const taskList = { [task]: taskOf(name, run) };
        runners.push(
          await startRunner({ ...shared, concurrency, noHandleSignals: true, taskList, preset: { worker } }),
        );
      }
      return { stop: () => Promise.all(runners.map((runner) => runner.stop())) };
    },
  };
}

function inOwnSchema(queue: string) {
  return { schema: queue === 'default' ? 'graphile_worker' : `graphile_worker_${queue}`, task: TASK };
}

function taskOf(queue: string, run: WorkOptions['run']) {
  return async (data: unknown, { job }: { job: { id: string } }) =>
    run({ id: job.id, queue, data: data as object });
}

function bulk({ schema, task }: { schema: string; task: string }): string {
  return `select count(*) from ${schema}.add_jobs(array(
    select row('${task}', '{}'::json, null, null, null, null, null, null)::${schema}.job_spec
    from generate_series(1, $1)))`;
}
