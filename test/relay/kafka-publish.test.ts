import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { kafkaMessage } from '../support/kafka-message.ts';
import { noKafkaMock, startKafkaMock } from '../support/kafka-mock.ts';
import { startKafkaStub } from '../support/kafka-stub/start-kafka-stub.ts';
import { openKafkaBroker } from '../support/open-kafka-broker.ts';

const { signal } = new AbortController();

describe("against librdkafka's mock of Kafka", { skip: noKafkaMock }, () => {
  test('messages arrive with key, headers and payload, and the receipt says where', async () => {
    await using stack = new AsyncDisposableStack();
    const mock = stack.use(await startKafkaMock());
    const broker = await openKafkaBroker(stack, mock.url);
    const message = kafkaMessage('1', {
      key: 'user-1',
      headers: { traceparent: '00-1', ce_type: 'a.b' },
      body: Buffer.from('{"amount":12345678901234567890}'),
    });
    const receipt = await broker.publish({ topic: 'users.v1' }, message, signal);
    const [record, ...others] = await mock.read('users.v1');
    assert.deepEqual(others, []);
    assert.equal(record?.key, 'user-1');
    assert.equal(record?.payload, '{"amount":12345678901234567890}');
    assert.deepEqual(receipt, { topic: 'users.v1', partition: record?.partition, offset: record?.offset });
    assert.deepEqual(record?.headers, [
      ...['traceparent', '00-1', 'ce_type', 'a.b'],
      ...['message-id', 'test/1', 'message-type', 'user_registered'],
      ...['message-created-at', '2026-01-02T03:04:05.678Z', 'content-type', 'application/json'],
    ]);
  });

  test('of 2,000 messages at once each arrives once, where its receipt says', async () => {
    await using stack = new AsyncDisposableStack();
    const mock = stack.use(await startKafkaMock());
    const broker = await openKafkaBroker(stack, mock.url);
    const receipts = await Promise.all(
      Array.from({ length: 2_000 }, async (_, index) => {
        const message = kafkaMessage(String(index), index % 2 ? { key: `key-${index % 7}` } : {});
        return { id: String(index), ...(await broker.publish({ topic: 'users.v1' }, message, signal)) };
      }),
    );
    const records = await mock.read('users.v1');
    const placeOf = ({ partition, offset }: Record<string, unknown>) => `${partition}:${offset}`;
    const found = new Map(records.map((each) => [placeOf({ ...each }), JSON.parse(each.payload ?? '').id]));
    assert.equal(records.length, 2_000);
    for (const receipt of receipts) assert.equal(found.get(placeOf(receipt)), receipt.id);
  });
});

describe('batches', () => {
  test('what is published at once goes in one request a partition', async () => {
    await using stack = new AsyncDisposableStack();
    const stub = stack.use(await startKafkaStub());
    stub.topic('users.v1', 3);
    const broker = await openKafkaBroker(stack, stub.url);
    const publish = (id: number) => broker.publish({ topic: 'users.v1' }, kafkaMessage(`${id}`), signal);
    await Promise.all(Array.from({ length: 100 }, (_, id) => publish(id)));
    assert.equal(stub.askedCount.Produce, 1);
    assert.equal(stub.topic('users.v1').records().length, 100);
    await Promise.all([publish(100), publish(101)]);
    assert.deepEqual(
      stub.topic('users.v1').partitions.map((each) => each.records().length),
      [100, 2, 0],
    );
  });

  test('a message that is too large fails alone, those beside it are delivered', async () => {
    await using stack = new AsyncDisposableStack();
    const stub = stack.use(await startKafkaStub());
    stub.topic('users.v1').maxBytes = 2_000;
    const broker = await openKafkaBroker(stack, stub.url);
    const large = { body: Buffer.alloc(3_000, 'x') };
    const outcomes = await Promise.allSettled(
      Array.from({ length: 9 }, (_, id) =>
        broker.publish({ topic: 'users.v1' }, kafkaMessage(`${id}`, id === 4 ? large : {}), signal),
      ),
    );
    const refused = outcomes.filter((each) => each.status === 'rejected');
    assert.deepEqual(
      refused.map(({ reason }) => [reason.name, reason.code]),
      [['MessageRefused', 'MESSAGE_TOO_LARGE']],
    );
    assert.equal(outcomes[4]?.status, 'rejected');
    assert.deepEqual(
      stub
        .topic('users.v1')
        .records()
        .map(({ value }) => JSON.parse(`${value}`).id),
      ['0', '1', '2', '3', '5', '6', '7', '8'],
    );
    assert.equal(broker.trouble, undefined);
    await broker.publish({ topic: 'users.v1' }, kafkaMessage('9'), signal);
  });
});
