import { Logger, run, runMigrations, type WorkerSharedOptions } from 'graphile-worker';
import { type Contender, TASK } from './contender.ts';
import { inSteps } from './in-steps.ts';

const SCHEMA = 'graphile_worker';
const logger = new Logger(() => () => {});

/** Its own settings for speed, as its documentation of performance has them: a local queue, and ends in batches. */
const FAST = { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 };

export default contender('local queue of 500, ends of jobs in batches (completeJobBatchDelay 0)', FAST);

/** @param settings of its worker beside the number of runs at once */
export function contender(setup: string, settings: object, isSlow = false): Contender {
  const options = (connectionString: string): WorkerSharedOptions => ({
    connectionString,
    schema: SCHEMA,
    logger,
  });
  return {
    setup: `${setup}; filled by add_jobs`,
    isSlow,
    prepare: (url) => runMigrations(options(url)),
    fill: (url, count) =>
      inSteps(
        url,
        count,
        `select count(*) from ${SCHEMA}.add_jobs(array(
           select row('${TASK}', '{}'::json, null, null, null, null, null, null)::${SCHEMA}.job_spec
           from generate_series(1, $1)))`,
      ),
    async work(url, { concurrency, done }) {
      const runner = await run({
        ...options(url),
        concurrency,
        noHandleSignals: true,
        taskList: { [TASK]: async () => done() },
        preset: { worker: settings },
      });
      return { stop: () => runner.stop() };
    },
  };
}
