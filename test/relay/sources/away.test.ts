import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { FakeQueues } from '../../support/fake-queues.ts';
import { openSession, untilBlocked } from '../../support/session.ts';
import { openSourceStage, type SourceStage } from '../../support/source-stage.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';
import { waitFor } from '../../support/wait-for.ts';

const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, index) => from + index);

let stage: SourceStage;
let queues: FakeQueues;

beforeEach(async () => {
  stage = await openSourceStage();
  queues = new FakeQueues();
});

afterEach(() => stage.close());

function publish(orders: readonly number[]): void {
  queues.publish('orders', ...orders.map((order) => ({ id: `order ${order}`, body: { order } })));
}

async function assertOnce(count: number): Promise<void> {
  await waitFor('all to be acknowledged', () => queues.count('orders') === 0);
  assert.deepEqual(
    (await stage.orders()).toSorted((a, b) => a - b),
    numbers(count),
  );
}

test('while the database is away nothing is acknowledged, and then it goes on by itself', async () => {
  const proxy = await startTcpProxy(stage.queue.database.connectionString);
  try {
    await stage.read({ rabbitmq: queues }, { connectionString: proxy.url });
    publish(numbers(10));
    await waitFor('the first to be acknowledged', () => queues.acknowledgedCount === 10);
    proxy.refuse();
    publish(numbers(50, 10));
    await waitFor('a batch to be in hand', () => queues.inHandCount > 0);
    await delay(1_500);
    assert.equal(queues.acknowledgedCount, 10);
    proxy.admit();
    await assertOnce(60);
  } finally {
    await stage.close();
    await proxy.stop();
    stage = await openSourceStage();
  }
});

for (const [what, lock] of [
  ['ids of messages', 'lock table howdah.source_messages in share mode'],
  ['jobs', 'lock table graphile_worker._private_jobs in access exclusive mode'],
] as const) {
  test(`a lock on the table of ${what} that outlasts many tries loses and doubles nothing`, async () => {
    await stage.read({ rabbitmq: queues }, { batchLimitMs: 600 });
    await waitFor('it to read', () => stage.scalar('select count(*)::integer from howdah.source_readers'));
    const session = await openSession(stage.queue.pool);
    await session.run(lock);
    publish(numbers(300));
    await untilBlocked(stage.queue.pool, 1);
    await waitFor('the lock to be told', () =>
      stage.scalar("select trouble ~ 'lock timeout' from howdah.source_readers"),
    );
    assert.equal(queues.acknowledgedCount, 0);
    await session.end('rollback');
    await assertOnce(300);
    await waitFor('it to be over', () => stage.scalar('select trouble is null from howdah.source_readers'));
  });
}

test('a stop does not wait for a lock, and gives back what is no job', async () => {
  const sources = await stage.read({ rabbitmq: queues });
  await waitFor('it to read', () => stage.scalar('select count(*)::integer from howdah.source_readers'));
  const session = await openSession(stage.queue.pool);
  await session.run('lock table howdah.source_messages in share mode');
  publish(numbers(40));
  await untilBlocked(stage.queue.pool, 1);
  await sources.stop(100);
  assert.equal(queues.inHandCount, 0);
  assert.equal(queues.count('orders'), 40);
  await session.end('rollback');
  await stage.read({ rabbitmq: queues });
  await assertOnce(40);
});
