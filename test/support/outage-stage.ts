import type { TaskDefinition } from '../../src/tasks/define-task.ts';
import { TcpBroker } from './tcp-broker.ts';
import { openTestQueue, type TestQueue, testTask } from './test-queue.ts';
import { startRelayWorker, type WorkerProcess } from './worker-process.ts';

/** Beside the one that a test brings: `note` goes to the same broker, and `local` runs here. */
export const note = testTask('note');
export const local = testTask('local');

/** Workers in processes of their own, and a broker that the test controls. */
export interface OutageStage {
  readonly broker: TcpBroker;
  readonly queue: TestQueue;
  /** @param options of the worker; the port is the broker's unless told */
  start(options?: { port?: number; concurrency?: number; shutdownMs?: number }): Promise<WorkerProcess>;
  /** So many jobs of the task `mail`, unless another is named; their ids. */
  enqueue(
    count: number,
    options?: object,
    job?: { task?: TaskDefinition; payload?: object },
  ): Promise<string[]>;
  close(): Promise<void>;
}

/** @param mail the task of that name, as the test wants it retried */
export async function openOutageStage(mail: ReturnType<typeof testTask>): Promise<OutageStage> {
  const broker = new TcpBroker();
  await broker.up();
  const unused = async () => {};
  const queue = await openTestQueue([
    [mail, unused],
    [note, unused],
    [local, unused],
  ]);
  const workers: WorkerProcess[] = [];
  return {
    ...{ broker, queue },
    async start(options = {}) {
      const worker = await startRelayWorker(queue.database.connectionString, {
        port: broker.port,
        ...options,
      });
      workers.push(worker);
      return worker;
    },
    async enqueue(count, options = {}, { task = mail as TaskDefinition, payload = {} } = {}) {
      const requests = Array.from({ length: count }, () => ({ task, payload, options }));
      return (await queue.distributor.distributeMany(queue.pool, requests)).map(({ id }) => id);
    },
    async close() {
      for (const worker of workers) worker.signal('SIGKILL');
      await Promise.all(workers.map(({ exited }) => exited));
      await broker.down();
      await queue.close();
    },
  };
}

/** What the broker knows the job's message by. */
export const messageOf = (id: string) => `here/${id}`;
