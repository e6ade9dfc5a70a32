import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { after, before, beforeEach, describe, test } from 'node:test';
import { z } from 'zod';
import { defineApp } from '../../../src/app/define-app.ts';
import { createHowdah } from '../../../src/howdah/create-howdah.ts';
import type { Howdah } from '../../../src/howdah/howdah.ts';
import { createLogger } from '../../../src/observability/logger.ts';
import { startWorker } from '../../../src/start/start-worker.ts';
import type { RunningWorker } from '../../../src/start/worker-options.ts';
import { defineTask } from '../../../src/tasks/define-task.ts';
import { publish } from '../../../src/tasks/publish.ts';
import { fixedDelay } from '../../../src/tasks/retry-delay.ts';
import { openClient } from '../../support/open-client.ts';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts';
import { waitFor } from '../../support/wait-for.ts';
import { type Received, SECRET, startReceiver } from '../../support/webhook-receiver.ts';

const payload = z.looseObject({});
const orderPaid = defineTask({ name: 'order_paid', payload, maxRetries: 1 });

describe('a task that is routed to an address', () => {
  const stack = new AsyncDisposableStack();
  const lines: string[] = [];
  let database: TestDatabase;
  let howdah: Howdah;
  let received: Received[];
  let worker: RunningWorker;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;

  before(async () => {
    database = await createTestDatabase();
    stack.defer(() => database.drop());
    const receiver = await startReceiver(stack, (request, response) => answer(request, response));
    received = receiver.received;
    const app = defineApp({
      name: 'shop',
      tasks: [
        publish(
          orderPaid,
          { webhook: `${receiver.url}/T0KEN-OF-OURS`, cloudEvents: true },
          { retryDelay: fixedDelay(1) },
        ) as never,
      ],
      webhooks: { secrets: SECRET, allowPrivate: '127.0.0.1', timeoutMs: 20_000 },
    });
    howdah = createHowdah({ connectionString: database.connectionString, app });
    stack.defer(() => howdah.close());
    const log = createLogger({ level: 'debug', destination: { write: (line) => void lines.push(line) } });
    const place = { connectionString: database.connectionString, queues: 'default:5' };
    worker = await startWorker({ ...place, app, log, shutdownTimeoutMs: 100 });
    stack.defer(() => worker.stop());
  });
  after(() => stack.disposeAsync());
  beforeEach(() => {
    received.length = 0;
    answer = (_, response) => response.writeHead(202).end();
  });

  test('completes its job when the receiver has it, whose id names installation and job', async () => {
    const { id } = await howdah.enqueueAlone(
      orderPaid,
      { order: 1, total: '12.50' },
      { headers: { 'x-tenant': 'a' } },
    );
    const job = await howdah.wait(id);
    assert.deepEqual([job.state, job.result], ['completed', { status: 202 }]);
    const [{ body, headers, path } = assert.fail('nothing came')] = received;
    assert.equal(path, '/hooks/T0KEN-OF-OURS');
    assert.deepEqual(JSON.parse(body), { order: 1, total: '12.50' });
    assert.match(String(headers['webhook-id']), new RegExp(`^[0-9a-f-]{36}/${id}$`));
    assert.deepEqual(
      [
        headers['howdah-task'],
        headers['x-tenant'],
        headers['ce-type'],
        headers['ce-id'],
        headers['ce-specversion'],
      ],
      ['order_paid', 'a', 'order_paid', headers['webhook-id'], '1.0'],
    );
  });

  test('is discarded by 410, and by its last retry, and sent again under the same id by an operator', async () => {
    answer = (_, response) => response.writeHead(410).end('no such shop');
    const gone = await howdah.enqueueAlone(orderPaid, {});
    assert.deepEqual([(await howdah.wait(gone.id)).state, received.length], ['discarded', 1]);
    answer = (_, response) => response.writeHead(500).end('out of order');
    const failing = await howdah.enqueueAlone(orderPaid, {});
    const job = await howdah.wait(failing.id);
    assert.deepEqual([job.state, job.attempt], ['discarded', 2]);
    answer = (_, response) => response.end();
    await howdah.retry(failing.id);
    await waitFor(
      'the job to be completed',
      async () => (await howdah.get(failing.id))?.state === 'completed',
    );
    const ids = received.slice(1).map(({ headers }) => headers['webhook-id']);
    assert.deepEqual([ids.length, new Set(ids).size], [3, 1]);
  });

  test('runs again when the receiver says', async () => {
    answer = (_, response) => response.writeHead(503, { 'retry-after': '3600' }).end();
    const { id } = await howdah.enqueueAlone(orderPaid, {});
    const job = await waitFor('a retry', async () => {
      const found = await howdah.get(id);
      return found?.state === 'retryable' ? found : undefined;
    });
    const waitMs = (job.runAt?.getTime() ?? 0) - Date.now();
    assert.ok(waitMs > 3_500_000 && waitMs < 3_970_000, `${waitMs}`);
  });

  test('is cancelled on the way, and goes back when the worker stops', async () => {
    answer = () => {};
    const cancelled = await howdah.enqueueAlone(orderPaid, {});
    await waitFor('the request', () => received.length === 1);
    await howdah.cancel(cancelled.id);
    assert.equal((await howdah.wait(cancelled.id)).state, 'cancelled');
    const { id } = await howdah.enqueueAlone(orderPaid, {});
    await waitFor('the request', () => received.length === 2);
    await worker.stop();
    const job = await howdah.get(id);
    assert.deepEqual([job?.state, job?.attempt], ['available', 0]);
  });

  test('leaves no secret, signature or path in its log and its errors', async () => {
    const client = await openClient(database.connectionString);
    stack.defer(() => client.end());
    const { rows } = await client.query('select * from howdah.job_errors');
    const told = `${lines.join('')}${JSON.stringify(rows)}`;
    assert.match(told, /answered 500 Internal Server Error: out of order/);
    assert.doesNotMatch(told, /T0KEN|v1,|MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw/);
  });
});
