import { Queue, Worker } from 'bullmq';
import { type Contender, TASK } from './contender.ts';

const STEP = 5_000;

/** More of them do it no good on two cores; fewer leave it waiting for the server. */
const CONCURRENCY = 200;

export interface Backend {
  /** The options of a connection. */
  connection: (url: string) => object;
  /** @default that for Redis */
  factory?: unknown;
  server?: 'redis';
  isSlow?: boolean;
}

export function contender(
  setup: string,
  { connection, factory, server, isSlow = false }: Backend,
): Contender {
  const open = (url: string) => new Queue(TASK, { connection: connection(url) } as never, factory as never);
  return {
    setup: `${setup}, ${CONCURRENCY} jobs at once, completed jobs removed; filled by addBulk`,
    isSlow,
    ...(server && { server }),
    async prepare(url) {
      const queue = open(url);
      await queue.waitUntilReady();
      await queue.close();
    },
    async fill(url, count) {
      const queue = open(url);
      for (let left = count; left > 0; left -= STEP) {
        await queue.addBulk(Array.from({ length: Math.min(left, STEP) }, () => ({ name: TASK, data: {} })));
      }
      await queue.close();
    },
    async work(url, { done }) {
      const options = {
        connection: connection(url),
        concurrency: CONCURRENCY,
        removeOnComplete: { count: 0 },
      };
      const worker = new Worker(TASK, async () => done(), options as never, factory as never);
      await worker.waitUntilReady();
      return { stop: () => worker.close() };
    },
  };
}
