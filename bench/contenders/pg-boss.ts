import { PgBoss, type WorkOptions } from 'pg-boss';
import { type Contender, type Data, type Job, PRODUCER_CONNECTIONS, type Working } from './contender.ts';

const BATCH = 500;

/** What brings it the most jobs a second: a call of the handler has many. */
export const IN_BATCHES: WorkOptions = {
  batchSize: BATCH,
  localConcurrency: 8,
  pollingIntervalSeconds: 0.5,
  burstWhenBatchFull: true,
};

const SETUP = `${BATCH} jobs a call of the handler, the next at once while they come in full, 8 of its workers, LISTEN/NOTIFY`;

export default contender(`${SETUP}; those of a call are completed, or fail, all together`, {
  work: workInBatches(IN_BATCHES),
});

type Run = (job: Job) => Promise<void> | void;

export interface Variant {
  /** Begins to run the jobs of a queue. */
  work: (boss: PgBoss, queue: string, run: Run) => Promise<unknown>;
  /** Of its instance that works, beside what all have. @default none */
  settings?: object;
  isSlow?: boolean;
}

/** Those of a call are run at once, and end together. */
export function workInBatches(options: WorkOptions): Variant['work'] {
  return (boss, queue, run) =>
    boss.work<Data>(queue, options, async (jobs) => {
      await Promise.all(jobs.map(({ id, data }) => run({ id, queue, data })));
    });
}

export function contender(setup: string, { work, settings, isSlow = false }: Variant): Contender {
  return {
    setup: `${setup}; filled by insert`,
    isSlow,
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
    async work(url, { queues, run }): Promise<Working> {
      const boss = await open(url, settings);
      for (const { name } of queues) await work(boss, name, run);
      return { stop: () => boss.stop() };
    },
  };
}

async function open(connectionString: string, settings: object = {}): Promise<PgBoss> {
  const boss = new PgBoss({ connectionString, useListenNotify: true, ...settings });
  boss.on('error', (error) => console.error(error));
  await boss.start();
  return boss;
}
