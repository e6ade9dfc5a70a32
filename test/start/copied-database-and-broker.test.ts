/** A copy of a database hands no message to the broker and takes none from it, until somebody adopts it; then all goes on by itself. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { defineApp } from '../../src/app/define-app.ts';
import { adoptInstallation } from '../../src/operate/installation.ts';
import { startWorker } from '../../src/start/start-worker.ts';
import { bind } from '../../src/tasks/bind.ts';
import { defineTask } from '../../src/tasks/define-task.ts';
import { publish } from '../../src/tasks/publish.ts';
import { openPool } from '../support/open-pool.ts';
import { noRabbitMq, type RabbitMq, startRabbitMq } from '../support/rabbitmq.ts';
import { declareQueue, drainIds, withChannel } from '../support/rabbitmq-scene.ts';
import { copyDatabase, createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { waitFor } from '../support/wait-for.ts';

const payload = z.object({ n: z.int() });
const app = defineApp({
  name: 'shop',
  tasks: [
    publish(defineTask({ name: 'mail', payload, queue: 'out' }), { rabbitmq: { routingKey: 'mails' } }),
    bind(defineTask({ name: 'handle_order', payload, queue: 'default' }), async () => {}),
  ],
  sources: ['rabbitmq:orders>handle_order'],
});

function use(stack: AsyncDisposableStack, database: TestDatabase) {
  const pool = openPool(database.connectionString);
  pool.on('error', () => {}); // making a copy ends its connections
  stack.defer(async () => {
    await pool.end();
    await database.drop();
  });
  return pool;
}

const waiting = (server: RabbitMq, queue: string) =>
  withChannel(server, async (channel) => (await channel.checkQueue(queue)).messageCount);

test('nothing goes out of a copy or into it before it is adopted', { skip: noRabbitMq }, async () => {
  await using stack = new AsyncDisposableStack();
  const server = await startRabbitMq(stack);
  for (const queue of ['mails', 'orders']) await declareQueue(server, queue);
  const start = ({ connectionString }: TestDatabase) =>
    startWorker({ app, connectionString, queues: 'default:2,out:2', rabbitmqUrl: server.url });

  const original = await createTestDatabase();
  const pool = use(stack, original);
  const worker = await start(original);
  await pool.query(`select howdah.enqueue('mail', '{"n": 1}')`);
  await waitFor('one message', async () => (await waiting(server, 'mails')) === 1);
  await worker.stop();
  await drainIds(server, 'mails');
  const { rows } = await pool.query(
    `select howdah.enqueue('mail', '{"n": 2}') as job, i.id from howdah.installation i`,
  );
  const [{ job, id: originalId }] = rows;

  const copy = await copyDatabase(original);
  const copied = use(stack, copy);
  await withChannel(server, async (channel) => {
    channel.sendToQueue('orders', Buffer.from('{"n": 3}'), { messageId: 'order 3', persistent: true });
  });
  stack.use(await start(copy));
  await delay(3_000); // three looks of the worker whether somebody has decided, and as many beats of its sources
  assert.deepEqual([await waiting(server, 'mails'), await waiting(server, 'orders')], [0, 1]);
  const explained = await copied.query('select cause from howdah.explain_job($1)', [job]);
  assert.equal(explained.rows[0].cause, 'copy');

  await adoptInstallation(copied);
  await waitFor('its message to be there', async () => (await waiting(server, 'mails')) === 1);
  const adopted = await copied.query('select id from howdah.installation');
  assert.notEqual(adopted.rows[0].id, originalId);
  assert.deepEqual(await drainIds(server, 'mails'), [`${adopted.rows[0].id}/${job}`]);
  await waitFor('the order to be done', async () => {
    const orders = await copied.query(
      `select from howdah.jobs where task = 'handle_order' and state = 'completed' and payload ->> 'n' = '3'`,
    );
    return orders.rowCount === 1;
  });
  assert.equal(await waiting(server, 'orders'), 0);
});
