import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compatibilityPartitioner, murmur2 } from '@platformatic/kafka';
import { kafkaMessage } from '../support/kafka-message.ts';
import { startKafkaStub } from '../support/kafka-stub/start-kafka-stub.ts';
import { openKafkaBroker } from '../support/open-kafka-broker.ts';
import { waitFor } from '../support/wait-for.ts';

const { signal } = new AbortController();
const target = { topic: 'users.v1' };
const OUT_OF_ORDER = 45;
const NOT_LEADER = 6;
const NOT_ENOUGH_REPLICAS = 19;
const NOT_ENOUGH_REPLICAS_AFTER_APPEND = 20;
const INVALID_RECORD = 87;

async function scene(limits: Parameters<typeof openKafkaBroker>[2] = {}, nodeCount = 1) {
  const stack = new AsyncDisposableStack();
  const stub = stack.use(await startKafkaStub(nodeCount));
  const topic = stub.topic('users.v1');
  const broker = await openKafkaBroker(stack, stub.url, limits);
  const publish = (id: string, given = {}) => broker.publish(target, kafkaMessage(id, given), signal);
  const stored = () => topic.records().map(({ value }) => JSON.parse(`${value}`).id);
  return { stub, topic, broker, publish, stored, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

describe('the number of a batch', () => {
  test('after an out-of-order sequence another producer goes on where the first one was killed', async () => {
    await using scenery = await scene();
    const { topic, broker, publish, stored } = scenery;
    await publish('1');
    topic.partition(0).forgetProducers();
    await publish('2');
    await publish('3');
    assert.deepEqual(stored(), ['1', '2', '3']);
    assert.equal(new Set(topic.records().map(({ producerId }) => producerId)).size, 2);
    assert.equal(broker.trouble, undefined);
  });

  test('a producer that every broker refuses is given up in time, and the gate opens again', async () => {
    await using scenery = await scene();
    const { stub, broker, publish, stored } = scenery;
    stub.fault({ api: 'Produce', error: OUT_OF_ORDER, times: 4 });
    await assert.rejects(publish('1'), { name: 'BrokerDown' });
    await waitFor('Kafka to be back', () => broker.trouble === undefined);
    await publish('1');
    assert.deepEqual(stored(), ['1']);
  });

  test('is not used again after a batch whose answer nobody waits for: the next one would be taken for it', async () => {
    await using scenery = await scene({ requestTimeoutMs: 300 });
    const { stub, broker, publish, stored } = scenery;
    stub.fault({ api: 'Produce', instead: 'hang' });
    const given = new AbortController();
    const first = broker.publish(target, kafkaMessage('1'), given.signal);
    await waitFor('the request to hang', () => stored().length === 1);
    given.abort(new Error('enough'));
    await assert.rejects(first, { message: 'enough' });
    await publish('2');
    assert.deepEqual(stored(), ['1', '2']);
  });

  test('is not used again after a batch that was given up', async () => {
    await using scenery = await scene();
    const { stub, broker, publish, stored } = scenery;
    stub.fault({ api: 'Produce', instead: 'close', times: 4 });
    await assert.rejects(publish('1'), { name: 'BrokerDown' });
    await waitFor('Kafka to be back', () => broker.trouble === undefined);
    await publish('2');
    assert.deepEqual(stored(), ['1', '2']);
  });

  test('never reaches its end: another producer begins before', async () => {
    await using scenery = await scene({ sequenceEnd: 10 });
    const { topic, publish, stored } = scenery;
    for (let id = 0; id < 25; id++) await publish(`${id}`);
    assert.equal(stored().length, 25);
    assert.equal(new Set(topic.records().map(({ producerId }) => producerId)).size, 3);
  });

  test('what replicas did not confirm in time is there once', async () => {
    await using scenery = await scene();
    scenery.stub.fault({ api: 'Produce', error: NOT_ENOUGH_REPLICAS_AFTER_APPEND, applies: true, times: 2 });
    const receipt = await scenery.publish('1');
    assert.deepEqual(receipt, { topic: 'users.v1', partition: 0, offset: 0 });
    assert.deepEqual(scenery.stored(), ['1']);
  });
});

/** What waits is one message; those of another topic arrive meanwhile, each once and at the first attempt. */
async function assertAlone(
  { stub, broker }: Awaited<ReturnType<typeof scene>>,
  publishing: Promise<unknown>,
  because: RegExp,
): Promise<void> {
  const others = stub.topic('others');
  let isOver = false;
  const failure = publishing
    .catch((error: Error) => error)
    .finally(() => {
      isOver = true;
    });
  let count = 0;
  for (let wasOver = false; !wasOver; count++) {
    wasOver = isOver;
    await broker.publish({ topic: 'others' }, kafkaMessage(`${count}`), signal);
  }
  const { name, message } = (await failure) as Error;
  assert.equal(name, 'BrokerDown');
  assert.match(message, because);
  assert.equal(broker.trouble, undefined);
  assert.equal(others.records().length, count);
}

describe('leaders', () => {
  test('a partition that another broker leads now is found', async () => {
    await using scenery = await scene({}, 2);
    const { topic, publish, stored, broker } = scenery;
    await publish('1');
    topic.partition(0).leader = 2;
    await publish('2');
    assert.deepEqual(stored(), ['1', '2']);
    assert.equal(broker.trouble, undefined);
  });

  test('without one a partition has its messages wait, and no others: they go out when there is one', async () => {
    await using scenery = await scene();
    const { topic, publish, stored, broker } = scenery;
    await publish('1');
    topic.partition(0).leader = -1;
    await assertAlone(scenery, publish('2'), /partition 0 of users.v1 has no leader/);
    topic.partition(0).leader = 1;
    await publish('2');
    assert.deepEqual(stored(), ['1', '2']);
    assert.equal(broker.trouble, undefined);
  });

  test('a partition with too few replicas has its messages wait, and no others', async () => {
    await using scenery = await scene();
    scenery.topic.partition(0).error = NOT_ENOUGH_REPLICAS;
    await assertAlone(scenery, scenery.publish('1'), /NOT_ENOUGH_REPLICAS/);
  });

  test('one that cannot be reached, while another node takes messages, has its own wait, and no others', async () => {
    await using scenery = await scene({}, 2);
    const { topic, stub, publish } = scenery;
    stub.topic('others').partition(0).leader = 2;
    topic.partition(0).leader = 1;
    stub.advertise('kafka://127.0.0.1:1');
    await assertAlone(scenery, publish('1'), /ECONNREFUSED/);
  });

  test('a broker that says it does not lead, for a moment, is asked again', async () => {
    await using scenery = await scene();
    scenery.stub.fault({ api: 'Produce', error: NOT_LEADER, times: 3 });
    await scenery.publish('1');
    assert.equal(scenery.broker.trouble, undefined);
  });
});

describe('what Kafka refuses', () => {
  test('an unknown topic, and one that we may not write to, refuse the message and leave the gate open', async () => {
    await using scenery = await scene();
    const { topic, stub, broker } = scenery;
    const publishTo = (name: string) => broker.publish({ topic: name }, kafkaMessage('1'), signal);
    await assert.rejects(publishTo('nowhere'), {
      name: 'MessageRefused',
      code: 'UNKNOWN_TOPIC_OR_PARTITION',
    });
    assert.match((await broker.check({ topic: 'nowhere' })) ?? '', /does not show the topic nowhere/);
    assert.equal(await broker.check(target), undefined);
    topic.isDenied = true;
    await assert.rejects(publishTo('users.v1'), {
      name: 'MessageRefused',
      code: 'TOPIC_AUTHORIZATION_FAILED',
      message: 'Kafka refuses the message for the topic users.v1: TOPIC_AUTHORIZATION_FAILED',
    });
    stub.topic('nowhere');
    await publishTo('nowhere');
    assert.equal(broker.trouble, undefined);
  });

  test('a record that is not valid fails alone', async () => {
    await using scenery = await scene();
    scenery.stub.fault({ api: 'Produce', error: INVALID_RECORD, times: 1 });
    scenery.stub.fault({ api: 'Produce', error: INVALID_RECORD, times: 1, after: 1 });
    const outcomes = await Promise.allSettled(['1', '2', '3'].map((id) => scenery.publish(id)));
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.deepEqual(scenery.stored(), ['1', '3']);
  });

  test('a record too large for any broker is not sent', async () => {
    await using scenery = await scene({ maxRecordBytes: 1_000 });
    const large = { body: Buffer.alloc(1_000, 'x') };
    await assert.rejects(scenery.publish('1', large), { name: 'MessageRefused', code: 'MESSAGE_TOO_LARGE' });
    assert.equal(scenery.stub.askedCount.Produce, 0);
  });
});

describe('closing', () => {
  test('what is under way is confirmed', async () => {
    await using scenery = await scene();
    const published = scenery.publish('1');
    await new Promise((resolve) => setImmediate(resolve));
    await scenery.broker.close(5_000);
    assert.deepEqual(await published, { topic: 'users.v1', partition: 0, offset: 0 });
    await assert.rejects(scenery.publish('2'), { name: 'BrokerDown' });
  });

  test('what hangs is given up when its time is over', async () => {
    await using scenery = await scene();
    scenery.stub.fault({ api: 'Produce', instead: 'hang' });
    const published = scenery.publish('1');
    const told = assert.rejects(published, { name: 'BrokerDown' });
    await waitFor('it to hang', () => scenery.stored().length === 1);
    await scenery.broker.close(100);
    await told;
  });
});

test('partitions are those that the producer for Java chooses', () => {
  // Source: Kafka's own UtilsTest.java, testMurmur2; the last ones as UTF-8.
  const vectors: [string, number][] = [
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ];
  for (const [text, hash] of vectors) {
    const key = Buffer.from(text);
    assert.equal(murmur2(key) | 0, hash, text);
    assert.equal(compatibilityPartitioner({} as never, key), hash & 0x7fffffff, text);
  }
});

test('keys go where the producer for Java puts them', async () => {
  await using scenery = await scene();
  const { stub, broker } = scenery;
  stub.topic('many', 12);
  const keys = ['21', 'foobar', 'a-little-bit-long-string', 'a-little-bit-longer-string'];
  const places = await Promise.all(
    keys.map(
      async (key) =>
        (await broker.publish({ topic: 'many' }, kafkaMessage('1', { key }), signal))['partition'],
    ),
  );
  const hashes = [-973932308, -790332482, -985981536, -1486304829];
  assert.deepEqual(
    places,
    hashes.map((hash) => (hash & 0x7fffffff) % 12),
  );
});
