import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { FakeQueues } from '../../support/fake-queues.ts';
import { openSession } from '../../support/session.ts';
import { type SourceProcess, startSourceProcess } from '../../support/source-process.ts';
import { openSourceStage, type SourceStage } from '../../support/source-stage.ts';
import { waitFor } from '../../support/wait-for.ts';

/** In three batches of ten. */
const ORDERS = Array.from({ length: 30 }, (_, order) => order);

let stage: SourceStage;
let queues: FakeQueues;
let processes: SourceProcess[];

beforeEach(async () => {
  stage = await openSourceStage();
  queues = new FakeQueues();
  processes = [];
});

afterEach(async () => {
  await Promise.all(processes.map((each) => each.kill()));
  await stage.close();
});

function publish(): void {
  queues.publish('orders', ...ORDERS.map((order) => ({ id: `order ${order}`, body: { order } })));
}

function start(point?: string): SourceProcess {
  const started = startSourceProcess(stage.queue.database.connectionString, queues, point);
  processes.push(started);
  return started;
}

/** Each order is one job when another process has read on. */
async function assertOnce(): Promise<void> {
  start();
  await waitFor('all to be acknowledged', () => queues.count('orders') === 0);
  assert.deepEqual(
    (await stage.orders()).toSorted((a, b) => a - b),
    ORDERS,
  );
}

for (const { point, jobs } of [
  { point: 'received', jobs: 0 },
  { point: 'committed', jobs: 10 },
  { point: 'acknowledged', jobs: 10 },
]) {
  test(`a worker that is killed when a batch is ${point} loses and doubles no message`, async () => {
    publish();
    const doomed = start(point);
    await doomed.atPoint;
    assert.equal((await stage.orders()).length, jobs);
    await doomed.kill();
    assert.equal(queues.count('orders'), point === 'acknowledged' ? 20 : 30);
    await assertOnce();
  });
}

for (const { lock, when } of [
  { lock: 'lock table howdah.source_messages in share mode', when: 'before the ids are entered' },
  { lock: 'lock table graphile_worker._private_jobs in share mode', when: 'between the ids and the jobs' },
  { lock: 'select from howdah.source_readers for update', when: 'behind the jobs' },
]) {
  for (const order of ['before', 'behind'] as const) {
    test(`a worker that is killed within the transaction, ${when}, loses and doubles nothing where its end is ${order} the next try`, async () => {
      const doomed = start();
      await waitFor('it to read', () => stage.scalar('select count(*)::integer from howdah.source_readers'));
      const session = await openSession(stage.queue.pool);
      await session.run(lock);
      publish();
      await waitFor('the transaction to wait', () => waitingCount());
      await doomed.kill();
      if (order === 'before') await session.end('rollback');
      const rest = assertOnce();
      if (order === 'behind') {
        // the next waits for the ids of the first, or for the same lock
        await waitFor('the next to wait too', async () => (await waitingCount()) > 1);
        await session.end('rollback');
      }
      await rest;
    });
  }
}

/** Transactions that wait for a lock; that of a process that was killed among them, which its server process knows nothing of. */
function waitingCount(): Promise<number> {
  return stage.scalar<number>(
    `select count(*)::integer from pg_stat_activity
     where wait_event_type = 'Lock' and query like '%take_messages%' and datname = current_database()`,
  );
}
