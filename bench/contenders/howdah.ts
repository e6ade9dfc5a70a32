import { type App, defineApp, defineTask, migrate, startWorker, z } from '../../dist/index.js';
import { type Contender, TASK } from './contender.ts';
import { inSteps } from './in-steps.ts';

const noop = defineTask({ name: TASK, payload: z.object({}), queue: 'default' });

export default {
  setup: 'startWorker of the built package, all else at its defaults; filled by howdah.enqueue_jobs',
  prepare: (connectionString) => migrate({ app: appOf(() => {}), connectionString }),
  fill: (connectionString, count) =>
    inSteps(
      connectionString,
      count,
      `select count(*) from howdah.enqueue_jobs((
         select json_agg(json_build_object('task', '${TASK}')) from generate_series(1, $1)))`,
    ),
  work: (connectionString, { concurrency, done }) =>
    startWorker({ app: appOf(done), connectionString, queues: [{ name: 'default', concurrency }] }),
} satisfies Contender;

function appOf(done: () => void): App<unknown, unknown> {
  const { handle } = defineApp<unknown, unknown>({ name: 'bench', tasks: [] });
  return defineApp<unknown, unknown>({ name: 'bench', tasks: [handle(noop, async () => done())] });
}
