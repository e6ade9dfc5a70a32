import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../support/free-port.ts';
import { openTestQueue } from '../../support/test-queue.ts';
import { waitFor } from '../../support/wait-for.ts';
import { SECRET, startReceiver } from '../../support/webhook-receiver.ts';

const SCRIPT = fileURLToPath(new URL('../../support/application-worker.ts', import.meta.url));

test('a worker that is killed after the receiver had a webhook has another one send it again, under the same id', async () => {
  await using stack = new AsyncDisposableStack();
  const queue = await openTestQueue([]);
  stack.defer(() => queue.close());
  let isAnswering = false;
  const { url, received } = await startReceiver(stack, (_, response) => {
    if (isAnswering) response.end();
  });
  const start = async () => {
    const env = {
      ...process.env,
      DATABASE_URL: queue.database.connectionString,
      HEALTH_PORT: String(await freePort()),
      QUEUES: 'default:2',
      LOG_LEVEL: 'silent',
      ROUTES: `order_paid=${url}`,
      WEBHOOK_SECRETS: SECRET,
      WEBHOOK_ALLOW_PRIVATE: '127.0.0.1',
    };
    const child = spawn(process.execPath, [SCRIPT, 'shop', 'order_paid'], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const exited = once(child, 'exit');
    stack.defer(async () => {
      child.kill('SIGKILL');
      await exited;
    });
    return child;
  };
  const first = await start();
  const isKnown = async () =>
    (await queue.pool.query(`select from howdah.tasks where name = 'order_paid'`)).rowCount;
  await waitFor('the task to be announced', isKnown, 60_000);
  const { rows } = await queue.pool.query(
    `select howdah.enqueue('order_paid', '{"for": "shop"}')::text as id`,
  );
  const [{ id }] = rows;
  await waitFor('the webhook', () => received.length === 1, 60_000);
  first.kill('SIGKILL');
  isAnswering = true;
  await start();
  await waitFor('its job to be completed', async () => (await queue.job(id)).state === 'completed', 60_000);
  const ids = received.map(({ headers }) => String(headers['webhook-id']));
  assert.deepEqual([ids.length, new Set(ids).size], [2, 1]);
  assert.match(ids[0] ?? '', new RegExp(`/${id}$`));
});
