/** Jobs that go to a real RabbitMQ, in each of the ways in which it can be away. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { scalar } from '../support/job-states.ts';
import { noRabbitMq, type RabbitMq, startRabbitMq } from '../support/rabbitmq.ts';
import { declareQueue, drainIds, openBroker, untilConnected } from '../support/rabbitmq-scene.ts';
import { openRoutedQueue } from '../support/routed-scene.ts';
import { type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

const mail = testTask('mail', { maxRetries: 0 });
const full = testTask('full', { maxRetries: 0 });

describe('jobs that go to RabbitMQ', { skip: noRabbitMq }, () => {
  const stack = new AsyncDisposableStack();
  let server: RabbitMq;
  let queue: TestQueue;
  let isConnected: () => Promise<void>;

  before(async () => {
    server = await startRabbitMq(stack);
    await declareQueue(server, 'mail');
    await declareQueue(server, 'full', { maxLength: 5, overflow: 'reject-publish' });
    const { broker } = await openBroker(stack, server.url, { confirmTimeoutMs: 2_000 });
    isConnected = () => untilConnected(broker);
    queue = await openRoutedQueue({ broker } as never, [mail, full]);
    stack.defer(() => queue.close());
    await queue.start([{ name: 'default', concurrency: 20 }]);
  });
  after(() => stack.disposeAsync());
  beforeEach(async () => {
    await isConnected();
    await drainIds(server, 'mail');
  });

  async function enqueue(count: number, task = mail): Promise<string[]> {
    const jobs = Array.from({ length: count }, (_, n) => ({
      task,
      payload: {},
      options: { sequence: `${task.name} ${n % 50}` },
    }));
    return (await queue.distributor.distributeMany(queue.pool, jobs)).map(({ id }) => id);
  }

  const completedCount = (ids: readonly string[]) =>
    scalar<number>(
      queue,
      `select count(*)::integer from howdah.job_history where id = any ($1) and state = 'completed' and attempt = 1`,
      [ids],
    );
  const untilAllOut = (ids: readonly string[]) =>
    waitFor('all to be out', async () => (await completedCount(ids)) === ids.length, 60_000);
  const untilTold = () =>
    waitFor('the register to know', () =>
      scalar(queue, 'select exists (select from howdah.brokers() where down_in = 1)'),
    );

  /** Each job's message is there; those that were on their way when it was lost may be there twice. */
  async function assertArrived(ids: readonly string[]): Promise<void> {
    const arrived = await drainIds(server, 'mail');
    const jobIds = arrived.map((id) => id.split('/')[1]);
    assert.deepEqual([...new Set(jobIds)].sort(), [...ids].sort());
    assert.ok(jobIds.length <= ids.length + 20, `${jobIds.length - ids.length} came twice`);
  }

  test('wait while it is killed and started again, and all go out, each at its first attempt', async () => {
    await server.rememberQueues();
    const ids = await enqueue(3_000);
    await waitFor('some to be out', async () => (await completedCount(ids)) > 100);
    await server.kill();
    await untilTold();
    await delay(1_000); // what was confirmed just before is being written
    const outCount = await completedCount(ids);
    assert.ok(outCount < 3_000);
    await delay(1_000);
    assert.equal(await completedCount(ids), outCount);
    await server.start();
    await untilAllOut(ids);
    await assertArrived(ids);
  });

  test('wait while it hangs', async () => {
    await server.pause();
    const ids = await enqueue(100);
    try {
      await untilTold();
      assert.equal(await completedCount(ids), 0);
    } finally {
      server.resume();
    }
    await untilAllOut(ids);
    await assertArrived(ids);
  });

  test('wait while it blocks publishers, as it has no memory', async () => {
    await server.alarm(true);
    const ids = await enqueue(100);
    try {
      await untilTold();
    } finally {
      await server.alarm(false);
    }
    await untilAllOut(ids);
    await assertArrived(ids);
  });

  test('wait for room where their queue is full, and those of other queues go out meanwhile', async () => {
    const ids = await enqueue(30, full);
    await untilTold();
    const others = await enqueue(50);
    await untilAllOut(others);
    assert.ok((await completedCount(ids)) < 30);
    const taken = new Set<string>();
    await waitFor(
      'room for all',
      async () => {
        for (const id of await drainIds(server, 'full')) taken.add(id);
        return (await completedCount(ids)) === 30;
      },
      60_000,
    );
    for (const id of await drainIds(server, 'full')) taken.add(id);
    assert.equal(taken.size, 30);
  });
});
