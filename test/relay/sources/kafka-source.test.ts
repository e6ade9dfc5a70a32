import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseKafkaAddress } from '../../../src/relay/kafka/kafka-address.ts';
import { KafkaLogs } from '../../../src/relay/kafka/kafka-logs.ts';
import { loadKafka } from '../../../src/relay/kafka/load-kafka.ts';
import { startKafkaStub } from '../../support/kafka-stub/start-kafka-stub.ts';
import { writeRecords } from '../../support/kafka-stub/write-records.ts';
import { openSession } from '../../support/session.ts';
import { openSourceStage, type SourceStage } from '../../support/source-stage.ts';
import { waitFor } from '../../support/wait-for.ts';

const WORKER = fileURLToPath(new URL('../../support/topic-worker.ts', import.meta.url));
const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, index) => from + index);
const record = (order: number, id?: string) => ({
  key: String(order % 7),
  value: JSON.stringify({ order }),
  headers: id === undefined ? [] : [['message-id', id] as [string, string]],
});

describe('a topic of Kafka as a source', () => {
  let stack: AsyncDisposableStack;
  let stage: SourceStage;
  let stub: Awaited<ReturnType<typeof startKafkaStub>>;

  beforeEach(async () => {
    stack = new AsyncDisposableStack();
    stub = stack.use(await startKafkaStub(1));
    stage = await openSourceStage();
  });
  afterEach(async () => {
    await stage.close();
    await stack.disposeAsync();
  });

  async function read() {
    const kafka = new KafkaLogs(await loadKafka(), parseKafkaAddress(stub.url));
    return stage.read({ kafka }, { source: { broker: 'kafka', place: 'users.v1' } });
  }

  const untilOrders = (count: number) =>
    waitFor(`${count} orders`, async () => (await stage.orders()).length >= count, 30_000);

  test('is read by several processes, each message once, also those that a producer sent twice', async () => {
    const topic = stub.topic('users.v1', 3);
    for (const order of numbers(600)) writeRecords(topic.partition(order % 3), [record(order)]);
    for (const order of numbers(30, 600)) {
      writeRecords(topic.partition(order % 3), [record(order, `id ${order}`)]);
      writeRecords(topic.partition(order % 3), [record(order, `id ${order}`)]);
    }
    const first = await read();
    await untilOrders(50);
    await read();
    await untilOrders(300);
    await first.stop();
    await waitFor(
      'nothing to wait',
      async () =>
        (await stage.scalar(
          'select bool_and(position = end_offset) and count(*) = 3 from howdah.source_positions',
        )) && (await stage.orders()).length >= 630,
    );
    assert.deepEqual(
      (await stage.orders()).toSorted((a, b) => a - b),
      numbers(630),
    );
    assert.equal(await stage.scalar('select duplicates::integer from howdah.sources'), 30);
    const headers = await stage.scalar("select headers from howdah.jobs where payload ->> 'order' = '8'");
    assert.deepEqual(headers, {
      'howdah-message-source': 'kafka:users.v1',
      'howdah-message-key': '1',
      'howdah-message-position': '2/2',
    });
  });

  for (const [when, lock] of [
    ['before its position has moved', 'select from howdah.source_positions for update'],
    ['between its position and the jobs', 'lock table graphile_worker._private_jobs in share mode'],
    ['behind the jobs', 'select from howdah.source_readers for update'],
  ] as const) {
    test(`a worker that is killed within the transaction, ${when}, loses and doubles nothing, and others have its partitions in seconds`, async () => {
      const topic = stub.topic('users.v1', 2);
      for (const order of numbers(40)) writeRecords(topic.partition(order % 2), [record(order)]);
      const doomed = fork(WORKER, [stage.queue.database.connectionString, stub.url]);
      await untilOrders(40);
      const session = await openSession(stage.queue.pool);
      await session.run(lock);
      for (const order of numbers(40, 40)) writeRecords(topic.partition(order % 2), [record(order)]);
      await waitFor('the transaction to wait', () =>
        stage.scalar(
          "select exists (select from pg_stat_activity where wait_event_type = 'Lock' and query like '%take_messages%' and datname = current_database())",
        ),
      );
      doomed.kill('SIGKILL');
      await once(doomed, 'exit');
      await read();
      await session.end('rollback');
      await untilOrders(80);
      await waitFor('nothing to wait', () =>
        stage.scalar('select bool_and(position = 40) from howdah.source_positions'),
      );
      assert.deepEqual(
        (await stage.orders()).toSorted((a, b) => a - b),
        numbers(80),
      );
    });
  }

  test('that is not there is a trouble, and is read as soon as it is', async () => {
    await read();
    const trouble = await waitFor('the trouble to be told', () =>
      stage.scalar<string | null>('select trouble from howdah.sources'),
    );
    assert.match(trouble, /users\.v1/);
    writeRecords(stub.topic('users.v1', 1).partition(0), [record(0)]);
    await untilOrders(1);
    await waitFor('the trouble to be over', () => stage.scalar('select trouble is null from howdah.sources'));
  });
});
