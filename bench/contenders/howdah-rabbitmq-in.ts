import pg from 'pg';
import { defineApp, defineTask, startWorker, z } from '../../dist/index.js';
import { type Contender, TASK } from './contender.ts';
import howdah from './howdah.ts';

const noop = defineTask({ name: TASK, payload: z.object({ at: z.number().optional() }), queue: 'default' });
const POLL_MS = 20;
/** As the view howdah.sources counts them, which takes 50 times as long for what else it tells. */
const TAKEN = `
  select (select coalesce(sum(taken), 0) from howdah.source_registry) + (select coalesce(sum(taken), 0) from howdah.source_readers) as taken`;

/** Messages of the queue `bench-in` of RABBITMQ_URL, which become jobs that nobody runs here. "Takes jobs" is the first of them. */
export default {
  ...howdah,
  setup:
    'startWorker of the built package with a source, all else at its defaults; the jobs are in a queue that it does not serve',
  async work(connectionString, { run }) {
    const { handle } = defineApp<unknown, unknown>({ name: 'bench', tasks: [] });
    const app = defineApp<unknown, unknown>({
      name: 'bench',
      tasks: [handle(noop, async () => {})],
      sources: [`rabbitmq:bench-in>${TASK}`],
    });
    const sql = new pg.Pool({ connectionString, max: 1 });
    const taken = async () => {
      const { rows } = await sql.query<{ taken: string }>(TAKEN);
      return Number(rows[0]?.taken ?? 0);
    };
    let known = await taken();
    const worker = await startWorker({
      app,
      connectionString,
      queues: [{ name: 'elsewhere', concurrency: 1 }],
    });
    const look = async () => {
      const now = await taken();
      for (; known < now; known++) void run({ id: '', queue: 'default', data: {} });
    };
    const first = known;
    while (known === first) await look();
    let isOver = false;
    const looking = (async () => {
      while (!isOver) {
        await look();
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    })();
    return {
      async stop() {
        isOver = true;
        await looking;
        await worker.stop();
        await sql.end();
      },
    };
  },
} satisfies Contender;
