import { PgBoss } from 'pg-boss';
import { type Contender, TASK } from './contender.ts';

const STEP = 10_000;
const BATCH = 500;

export default {
  setup: `${BATCH} jobs a fetch without a pause while they come in full, 8 of its workers; filled by insert`,
  prepare: (url) =>
    withBoss(url, async (boss) => {
      await boss.createQueue(TASK);
    }),
  fill: (url, count) =>
    withBoss(url, async (boss) => {
      for (let left = count; left > 0; left -= STEP) {
        await boss.insert(
          TASK,
          Array.from({ length: Math.min(left, STEP) }, () => ({ data: {} })),
        );
      }
    }),
  /** It runs batches; each of them is `concurrency` jobs at once or more. */
  async work(url, { done }) {
    const boss = await open(url);
    const options = {
      batchSize: BATCH,
      localConcurrency: 8,
      pollingIntervalSeconds: 0.5,
      burstWhenBatchFull: true,
    };
    await boss.work(TASK, options, async (jobs) => {
      for (const _ of jobs) done();
    });
    return { stop: () => boss.stop() };
  },
} satisfies Contender;

async function open(connectionString: string): Promise<PgBoss> {
  const boss = new PgBoss({ connectionString });
  boss.on('error', (error) => console.error(error));
  await boss.start();
  return boss;
}

async function withBoss(url: string, work: (boss: PgBoss) => Promise<void>): Promise<void> {
  const boss = await open(url);
  await work(boss);
  await boss.stop();
}
