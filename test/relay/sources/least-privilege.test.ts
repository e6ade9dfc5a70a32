/** Sources that are read as a login which is a member of howdah_worker, and of nothing else. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { InboundBrokers, Sources } from '../../../src/relay/sources/sources.ts';
import { FakeLogs } from '../../support/fake-logs.ts';
import { FakeQueues } from '../../support/fake-queues.ts';
import { openSourceStage, type SourceStage } from '../../support/source-stage.ts';
import { createTestLogin, type TestLogin } from '../../support/test-login.ts';
import { waitFor } from '../../support/wait-for.ts';

let stage: SourceStage;
let login: TestLogin;
const started: Sources[] = [];

beforeEach(async () => {
  stage = await openSourceStage();
  login = await createTestLogin(stage.queue.database, stage.queue.pool, ['howdah_worker']);
});

afterEach(async () => {
  await Promise.all(started.splice(0).map((reading) => reading.stop()));
  await login.drop();
  await stage.close();
});

const USERS = { source: { broker: 'kafka', place: 'users' } } as const;
const order = (number: number, id?: string) => ({
  ...(id === undefined ? {} : { id }),
  body: { order: number },
});
async function readByLogin(brokers: InboundBrokers, options = {}): Promise<Sources> {
  const reading = await stage.read(brokers, { ...options, connectionString: login.connectionString });
  started.push(reading);
  return reading;
}
const discardedCount = () =>
  stage.scalar<number>(`select count(*)::integer from howdah.jobs where state = 'discarded'`);

test('a queue: messages become jobs once, and what fits none is discarded', async () => {
  const queues = new FakeQueues();
  const reading = await readByLogin({ rabbitmq: queues });
  queues.publish('orders', order(1, 'a'), order(2), { id: 'b', body: Buffer.from('no JSON') }, order(1, 'a'));
  await waitFor('all to be acknowledged', () => queues.acknowledgedCount === 4);
  assert.deepEqual([await stage.orders(), await discardedCount()], [[1, 2], 1]);
  await reading.stop();
  await readByLogin({ rabbitmq: queues });
  queues.publish('orders', order(1, 'a'), order(3, 'c'));
  await waitFor('those behind a restart', () => queues.acknowledgedCount === 6);
  assert.deepEqual(await stage.orders(), [1, 2, 3]);
});

test('a topic: partitions are leased and positions kept, a pause holds, and what was made anew is refused', async () => {
  const logs = new FakeLogs();
  logs.make('users', 2);
  logs.publish('users', 0, order(1), order(2));
  logs.publish('users', 1, order(3));
  const reading = await readByLogin({ kafka: logs }, USERS);
  await waitFor('three orders', async () => (await stage.orders()).length === 3);
  await reading.stop();
  await readByLogin({ kafka: logs }, USERS);
  logs.publish('users', 1, order(4));
  await waitFor('one behind a restart', async () => (await stage.orders()).length === 4);
  await login.pool.query(`select howdah.pause_source('kafka:users')`);
  await login.pool.query(`select howdah.resume_source('kafka:users')`);
  logs.make('users', 2);
  await waitFor('the topic to be refused', async () => (await causeByLogin()) === 'refused');
  await login.pool.query(`select howdah.accept_source('kafka:users')`);
  logs.publish('users', 0, order(5));
  await waitFor('the first one of the new topic', async () => (await stage.orders()).length === 5);
  assert.deepEqual((await stage.orders()).toSorted(), [1, 2, 3, 4, 5]);
});

async function causeByLogin(): Promise<string> {
  const { rows } = await login.pool.query(`select cause from howdah.explain_source('kafka:users')`);
  return rows[0].cause;
}
