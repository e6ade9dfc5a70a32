import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import pino from 'pino';
import { z } from 'zod';
import { defineApp } from '../../../src/app/define-app.ts';
import { createRabbitmqQueues } from '../../../src/relay/rabbitmq/rabbitmq-queues.ts';
import { startWorker } from '../../../src/start/start-worker.ts';
import { bind } from '../../../src/tasks/bind.ts';
import { defineTask } from '../../../src/tasks/define-task.ts';
import { openPool } from '../../support/open-pool.ts';
import { noRabbitMq, type RabbitMq, startRabbitMq } from '../../support/rabbitmq.ts';
import { withChannel } from '../../support/rabbitmq-scene.ts';
import { openSourceStage, orderTask, type SourceStage } from '../../support/source-stage.ts';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts';
import { createTestDatabase } from '../../support/test-database.ts';
import { waitFor } from '../../support/wait-for.ts';

const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, index) => from + index);

describe('a queue of RabbitMQ as a source', { skip: noRabbitMq }, () => {
  const stack = new AsyncDisposableStack();
  let server: RabbitMq;
  let proxy: TcpProxy;
  let stage: SourceStage;

  before(async () => {
    server = await startRabbitMq(stack);
    proxy = await startTcpProxy(server.url);
    stack.defer(() => proxy.stop());
  });
  beforeEach(async () => {
    stage = await openSourceStage();
  });
  afterEach(() => stage.close());
  after(() => stack.disposeAsync());

  async function send(queue: string, orders: readonly number[]): Promise<void> {
    await withChannel(server, async (channel) => {
      await channel.assertQueue(queue, { durable: true });
      for (const order of orders)
        channel.sendToQueue(queue, Buffer.from(JSON.stringify({ order })), {
          persistent: true,
          messageId: `order ${order}`,
        });
    });
  }

  async function read(place: string, prefetch = 50) {
    const rabbitmq = await createRabbitmqQueues({ url: `${proxy.url}?heartbeat=5`, clientName: 'tests' });
    return stage.read({ rabbitmq }, { source: { place, prefetch } });
  }

  const untilOrders = (count: number) =>
    waitFor(`${count} orders`, async () => (await stage.orders()).length >= count, 60_000);

  async function assertOnce(place: string, count: number): Promise<void> {
    await untilOrders(count);
    await waitFor('the queue to be empty', async () => {
      const line = await server.control('list_queues', '--silent', 'name', 'messages');
      return new RegExp(`^${place}\t0$`, 'm').test(line);
    });
    assert.deepEqual(
      (await stage.orders()).toSorted((a, b) => a - b),
      numbers(count),
    );
  }

  test('is read by several processes at once, each message once', async () => {
    await send('many', numbers(1_000));
    await Promise.all([read('many'), read('many'), read('many')]);
    await assertOnce('many', 1_000);
  });

  test('goes on by itself after connections broke and the broker was killed, each message once', async () => {
    await send('broken', numbers(1_500));
    await server.rememberQueues();
    await read('broken', 20);
    await untilOrders(100);
    proxy.cut();
    await untilOrders(600);
    await server.kill();
    await waitFor('the trouble to be told', () =>
      stage.scalar("select trouble from howdah.sources where name = 'rabbitmq:broken'"),
    );
    await server.start();
    await assertOnce('broken', 1_500);
    const [trouble, duplicates] = await Promise.all([
      waitFor(
        'it to be over',
        async () =>
          await stage.scalar("select trouble is null from howdah.sources where name = 'rabbitmq:broken'"),
      ),
      stage.scalar<string>("select duplicates from howdah.sources where name = 'rabbitmq:broken'"),
    ]);
    assert.ok(trouble);
    assert.ok(Number(duplicates) >= 0);
  });

  test('gives back what is no job yet when it stops, and says what waits', async () => {
    await send('stopped', numbers(30));
    await stage.queue.pool.query(
      "select howdah.announce_source('rabbitmq:stopped', $1, 'shop'), howdah.pause_source('rabbitmq:stopped')",
      [orderTask.name],
    );
    const sources = await read('stopped');
    await waitFor(
      'the lag to be told',
      async () =>
        (await stage.scalar("select lag::integer from howdah.sources where name = 'rabbitmq:stopped'")) ===
        30,
    );
    await stage.scalar("select howdah.resume_source('rabbitmq:stopped')");
    await untilOrders(1);
    await sources.stop();
    await read('stopped');
    await assertOnce('stopped', 30);
  });

  test('that may not be read is in trouble for all that time, though what waits in it is known', async () => {
    await send('closed', numbers(3));
    await server.control('add_user', 'stranger', 'of-tests');
    await server.control('set_permissions', 'stranger', '^$', '^$', '^$');
    const rabbitmq = await createRabbitmqQueues({
      url: server.urlOf('stranger', 'of-tests'),
      clientName: 'tests',
    });
    const askDepth = rabbitmq.depth.bind(rabbitmq);
    const depths: number[] = [];
    rabbitmq.depth = async (queue) => {
      const depth = await askDepth(queue);
      depths.push(depth);
      return depth;
    };
    const lines: string[] = [];
    const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line).msg) });
    await stage.read({ rabbitmq }, { source: { place: 'closed' }, log });
    await waitFor('it to be asked twice what waits', () => depths.length === 2, 30_000);
    assert.deepEqual(depths, [3, 3]);
    assert.deepEqual(lines, ['a source cannot be read, trying again']);
    await server.control('set_permissions', 'stranger', '^$', '^$', '.*');
    await untilOrders(3);
    assert.deepEqual(lines.slice(1), ['a source can be read again']);
  });

  test('is what a worker of an application reads, and the job has run when that is over', async () => {
    const database = await createTestDatabase();
    const pool = openPool(database.connectionString);
    await using opened = new AsyncDisposableStack();
    opened.defer(async () => {
      await pool.end();
      await database.drop();
    });
    await send('orders', [7]);
    const done: { order: number; id: string | undefined }[] = [];
    const task = defineTask({ name: 'handle_order', payload: z.object({ order: z.number() }) });
    const app = defineApp({
      name: 'shop',
      tasks: [
        bind(task, async ({ order }, { job }) => {
          done.push({ order, id: job.headers['howdah-message-id'] });
        }),
      ],
      sources: ['rabbitmq:orders>handle_order'],
    });
    const worker = await startWorker({
      ...{ app, connectionString: database.connectionString, queues: 'default:2' },
      rabbitmqUrl: server.url,
    });
    opened.use(worker);
    await waitFor('the job to have run', () => done.length > 0);
    assert.deepEqual(done, [{ order: 7, id: 'order 7' }]);
    await assert.rejects(
      startWorker({ app, connectionString: database.connectionString, queues: 'default:2' }),
      /rabbitmqUrl.*messages of rabbitmq:orders become jobs/s,
    );
  });
});
