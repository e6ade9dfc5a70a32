import pg from 'pg';
import { type App, createHowdah, defineApp, defineTask, migrate, startWorker, z } from '../../dist/index.js';
import { type Contender, type Job, PRODUCER_CONNECTIONS, TASK } from './contender.ts';

const noop = defineTask({ name: TASK, payload: z.object({ at: z.number().optional() }), queue: 'default' });

/** One statement of SQL, as a producer in any language would have it. */
const BULK = `select count(*) from howdah.enqueue_jobs((
  select json_agg(json_strip_nulls(json_build_object('task', '${TASK}', 'queue', $2::text, 'retention', $3::text)))
  from generate_series(1, $1)))`;

export default {
  setup: 'startWorker of the built package, all else at its defaults; filled by howdah.enqueue_jobs',
  async prepare(connectionString, queues) {
    const serving = queues.map((name) => ({ name, concurrency: 1 }));
    const app = appOf(() => {});
    await migrate({ app, connectionString });
    const worker = await startWorker({ app, connectionString, queues: serving }); // makes the queues
    await worker.stop();
  },
  async open(connectionString) {
    const howdah = createHowdah({
      connectionString,
      tasks: [noop],
      application: 'bench',
      maxConnections: PRODUCER_CONNECTIONS,
    });
    const sql = new pg.Pool({ connectionString, max: 1 });
    return {
      one: (payload) => howdah.enqueueAlone(noop, payload),
      many: (count, payload) =>
        howdah.transaction((tx) =>
          howdah.enqueueMany(
            tx,
            Array.from({ length: count }, () => ({ task: noop, payload })),
          ),
        ),
      bulk: (count, { queue, retention = null }) => sql.query(BULK, [count, queue, retention]),
      close: () => Promise.all([howdah.close(), sql.end()]),
    };
  },
  work: (connectionString, { queues, run }) => startWorker({ app: appOf(run), connectionString, queues }),
} satisfies Contender;

function appOf(run: (job: Job) => Promise<void> | void): App<unknown, unknown> {
  const { handle } = defineApp<unknown, unknown>({ name: 'bench', tasks: [] });
  const handler = handle(noop, async (data, { job }) => run({ id: job.id, queue: job.queue, data }));
  return defineApp<unknown, unknown>({ name: 'bench', tasks: [handler] });
}
