import { PgBoss } from 'pg-boss';
import { type Contender, type Data, PRODUCER_CONNECTIONS } from './contender.ts';

const BATCH = 500;

export default {
  setup: `${BATCH} jobs a fetch without a pause while they come in full, 8 of its workers, LISTEN/NOTIFY; filled by insert`,
  async prepare(url, queues) {
    const boss = await open(url);
    for (const queue of queues) await boss.createQueue(queue, { notify: true });
    await boss.stop();
  },
  async open(url) {
    const boss = await open(url, { max: PRODUCER_CONNECTIONS });
    const insert = (queue: string, count: number, data: Data) =>
      boss.insert(
        queue,
        Array.from({ length: count }, () => ({ data })),
      );
    return {
      one: (data) => boss.send('default', data),
      many: (count, data) => insert('default', count, data),
      bulk: (count, { queue }) => insert(queue, count, {}),
      close: () => boss.stop(),
    };
  },
  /** It runs batches; each of them is `concurrency` jobs at once or more. */
  async work(url, { queues, run }) {
    const boss = await open(url);
    const options = {
      batchSize: BATCH,
      localConcurrency: 8,
      pollingIntervalSeconds: 0.5,
      burstWhenBatchFull: true,
    };
    for (const { name } of queues) {
      await boss.work<Data>(name, options, async (jobs) => {
        await Promise.all(jobs.map(({ id, data }) => run({ id, queue: name, data })));
      });
    }
    return { stop: () => boss.stop() };
  },
} satisfies Contender;

async function open(connectionString: string, settings: { max?: number } = {}): Promise<PgBoss> {
  const boss = new PgBoss({ connectionString, useListenNotify: true, ...settings });
  boss.on('error', (error) => console.error(error));
  await boss.start();
  return boss;
}
