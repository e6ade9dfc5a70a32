import { Queue, Worker } from 'bullmq';
import { type Contender, type Data, TASK } from './contender.ts';

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
  const open = (url: string) =>
    new Queue<Data>(TASK, { connection: connection(url) } as never, factory as never);
  const add = (queue: Queue<Data>, count: number, data: Data) =>
    queue.addBulk(Array.from({ length: count }, () => ({ name: TASK, data })) as never);
  return {
    setup: `${setup}, ${CONCURRENCY} jobs at once, completed jobs removed; filled by addBulk`,
    isSlow,
    ...(server && { server }),
    async prepare(url) {
      const queue = open(url);
      await queue.waitUntilReady();
      await queue.close();
    },
    async open(url) {
      const queue = open(url);
      await queue.waitUntilReady();
      return {
        one: (data) => queue.add(TASK as never, data as never),
        many: (count, data) => add(queue, count, data),
        close: () => queue.close(),
      };
    },
    async work(url, { run }) {
      const options = {
        connection: connection(url),
        concurrency: CONCURRENCY,
        removeOnComplete: { count: 0 },
      };
      const handle = async ({ id = '', data }: { id?: string; data: Data }) =>
        run({ id, queue: 'default', data });
      const worker = new Worker(TASK, handle as never, options as never, factory as never);
      await worker.waitUntilReady();
      return { stop: () => worker.close() };
    },
  };
}
