/** Sources in a copy of a database, as a dump of production that is restored beside it for tests: nothing comes in. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { transact } from '../../../src/db/transact.ts';
import { createLogger } from '../../../src/observability/logger.ts';
import { adoptInstallation } from '../../../src/operate/installation.ts';
import { pauseSources } from '../../../src/operate/source-commands.ts';
import { FakeLogs } from '../../support/fake-logs.ts';
import { FakeQueues } from '../../support/fake-queues.ts';
import { openPool } from '../../support/open-pool.ts';
import { openSourceStage, type SourceStage } from '../../support/source-stage.ts';
import { copyDatabase, type TestDatabase } from '../../support/test-database.ts';
import { waitFor } from '../../support/wait-for.ts';

const USERS = { broker: 'kafka', place: 'users' } as const;
const order = (number: number) => ({ id: `order ${number}`, body: { order: number } });

let stage: SourceStage;
let logs: FakeLogs;
let queues: FakeQueues;
let copy: TestDatabase;
let pool: ReturnType<typeof openPool>;
const warnings: { msg: string; err?: { message: string } }[] = [];

beforeEach(async () => {
  warnings.length = 0;
  stage = await openSourceStage();
  logs = new FakeLogs();
  logs.make('users', 1);
  queues = new FakeQueues();
});

afterEach(async () => {
  await stage.close();
  await pool.end();
  await copy.drop();
});

async function makeCopy(): Promise<void> {
  copy = await copyDatabase(stage.queue.database);
  pool = openPool(copy.connectionString);
}

const inCopy = () => ({
  connectionString: copy.connectionString,
  log: createLogger({
    level: 'warn',
    destination: { write: (line) => void warnings.push(JSON.parse(line)) },
  }),
});

async function ordersOfCopy(): Promise<number[]> {
  const { rows } = await pool.query(
    `select (payload ->> 'order')::integer as number from howdah.jobs order by id`,
  );
  return rows.map(({ number }) => number);
}

async function positionOfCopy(): Promise<string> {
  const { rows } = await pool.query('select position from howdah.source_positions');
  return rows[0]?.position;
}

const LIVING_READER = "select from howdah.sources where readers = 1 and state = 'paused'";

/** What the command line does in one transaction. */
async function quarantine(): Promise<void> {
  await transact(pool, async (tx) => {
    await pauseSources(tx, 'ada');
    await adoptInstallation(tx);
  });
}

test('a topic is not read until somebody adopts the copy, and then from where the copy was made', async () => {
  logs.publish('users', 0, ...[1, 2, 3].map(order));
  const reading = await stage.read({ kafka: logs }, { source: USERS });
  await waitFor('three orders', async () => (await stage.orders()).length === 3);
  await reading.stop();
  await makeCopy();
  logs.publish('users', 0, order(4), order(5));

  await stage.read({ kafka: logs }, { source: USERS, ...inCopy() });
  await delay(2_500); // three beats
  assert.deepEqual([await ordersOfCopy(), await positionOfCopy()], [[1, 2, 3], '3']);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0]?.err?.message ?? '', /npx howdah adopt --run/);

  await adoptInstallation(pool);
  await waitFor('the others', async () => (await ordersOfCopy()).length === 5);
  assert.deepEqual([await ordersOfCopy(), await positionOfCopy()], [[1, 2, 3, 4, 5], '5']);
});

test('a queue’s messages are left to the original until somebody adopts the copy, and longer where that is a quarantine', async () => {
  queues.publish('orders', order(1));
  const reading = await stage.read({ rabbitmq: queues });
  await waitFor('one to be acknowledged', () => queues.acknowledgedCount === 1);
  await reading.stop();
  await makeCopy();
  let batchCount = 0;
  queues.onBatch = () => void batchCount++;
  queues.publish('orders', order(2));

  const copied = await stage.read({ rabbitmq: queues }, inCopy());
  await delay(2_500);
  const untouched = [0, 1]; // none was so much as handed out
  assert.deepEqual([batchCount, queues.count('orders')], untouched);
  assert.deepEqual(await ordersOfCopy(), [1]);
  await quarantine();
  await waitFor('a beat', async () => (await pool.query(LIVING_READER)).rowCount === 1);
  assert.deepEqual([batchCount, queues.count('orders')], untouched);
  await pool.query("select howdah.resume_source('rabbitmq:orders')");
  await waitFor('it to become a job', async () => (await ordersOfCopy()).length === 2);
  await copied.stop();
});
