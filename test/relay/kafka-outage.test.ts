import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { KafkaBroker } from '../../src/relay/kafka/kafka-broker.ts';
import { freePort } from '../support/free-port.ts';
import { kafkaMessage } from '../support/kafka-message.ts';
import { noKafkaMock, startKafkaMock, startMockProxy } from '../support/kafka-mock.ts';
import { startKafkaStub } from '../support/kafka-stub/start-kafka-stub.ts';
import { beginKafkaBroker, openKafkaBroker } from '../support/open-kafka-broker.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { waitFor } from '../support/wait-for.ts';

const { signal } = new AbortController();
const target = { topic: 'users.v1' };
const MESSAGE_COUNT = 10_000;

/** Until it is there, as the queue does: what was told BrokerDown is published again. */
async function publishAtLast(broker: KafkaBroker, id: string, givenBack = new Set<string>()): Promise<void> {
  for (;;)
    try {
      return void (await broker.publish(target, kafkaMessage(id, { key: `key-${Number(id) % 97}` }), signal));
    } catch (error) {
      assert.equal((error as Error).name, 'BrokerDown');
      givenBack.add(id);
      await waitFor('Kafka to be back', () => broker.trouble === undefined);
    }
}

/**
 * @param atOnce as many as a worker has at work
 * @returns those that were given back in between, and may be there twice
 */
async function publishMany(broker: KafkaBroker, atOnce = 200): Promise<ReadonlySet<string>> {
  const givenBack = new Set<string>();
  let next = 0;
  const one = async () => {
    while (next < MESSAGE_COUNT) await publishAtLast(broker, String(next++), givenBack);
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return givenBack;
}

async function stubBehindProxy(stack: AsyncDisposableStack) {
  const stub = stack.use(await startKafkaStub());
  stub.topic('users.v1');
  const proxy = await startTcpProxy(stub.url);
  stack.defer(() => proxy.stop());
  stub.advertise(proxy.url);
  return { stub, proxy };
}

describe('a broker that is not there', () => {
  test('is in trouble from the start, tells BrokerDown, and is reached by itself when it comes', async () => {
    await using stack = new AsyncDisposableStack();
    const broker = await beginKafkaBroker(stack, `kafka://127.0.0.1:${await freePort()}`);
    assert.equal(broker.trouble?.because, 'connecting');
    const { since } = broker.trouble;
    await waitFor('the reason', () => broker.trouble?.because.includes('ECONNREFUSED'));
    assert.equal(broker.trouble?.since, since);
    await assert.rejects(broker.publish(target, kafkaMessage('1'), signal), { name: 'BrokerDown' });
    assert.match((await broker.check(target)) ?? '', /^Kafka cannot be reached: connect ECONNREFUSED/);
  });

  test('is asked by one connection at a time, ever less often', async () => {
    await using stack = new AsyncDisposableStack();
    const { proxy } = await stubBehindProxy(stack);
    proxy.refuse();
    const broker = await beginKafkaBroker(stack, proxy.url, {
      reconnectDelayMs: 50,
      maxReconnectDelayMs: 5_000,
    });
    const reasons: unknown[] = [];
    broker.onChange(() => reasons.push(broker.trouble?.because));
    await delay(1_000);
    proxy.admit();
    await waitFor('Kafka to be connected', () => broker.trouble === undefined);
    assert.ok(reasons.length <= 3, `was told ${reasons}`);
    await broker.publish(target, kafkaMessage('1'), signal);
  });
});

describe('a broker that goes away', () => {
  const outages: [string, (proxy: TcpProxy) => void, (proxy: TcpProxy) => void][] = [
    ['refuses', (proxy) => proxy.refuse(), (proxy) => proxy.admit()],
    ['swallows everything', (proxy) => proxy.block(), (proxy) => proxy.unblock()],
  ];
  for (const [what, begin, end] of outages)
    test(`and ${what}: BrokerDown in time with the gate shut, and all goes on by itself afterwards`, async () => {
      await using stack = new AsyncDisposableStack();
      const { stub, proxy } = await stubBehindProxy(stack);
      const limits = { publishTimeoutMs: 1_000, requestTimeoutMs: 2_000, connectTimeoutMs: 500 };
      const broker = await openKafkaBroker(stack, proxy.url, limits);
      await broker.publish(target, kafkaMessage('0'), signal);
      begin(proxy);
      const told = await Promise.all(
        ['1', '2', '3'].map(async (id) => {
          const error = await broker.publish(target, kafkaMessage(id), signal).catch((thrown) => thrown);
          return [error.name, broker.trouble !== undefined];
        }),
      );
      assert.deepEqual(told, Array(3).fill(['BrokerDown', true]));
      end(proxy);
      await Promise.all(['1', '2', '3'].map((id) => publishAtLast(broker, id)));
      const ids = stub
        .topic('users.v1')
        .records()
        .map(({ value }) => JSON.parse(`${value}`).id);
      assert.deepEqual([...new Set(ids)].sort(), ['0', '1', '2', '3']);
    });

  test('while nothing is published: the gate shuts by itself', async () => {
    await using stack = new AsyncDisposableStack();
    const { proxy } = await stubBehindProxy(stack);
    const broker = await openKafkaBroker(stack, proxy.url);
    proxy.refuse();
    await waitFor('the gate to shut', () => broker.trouble);
    proxy.admit();
    await waitFor('the gate to open', () => broker.trouble === undefined);
  });

  test('a connection that is ended while it is idle is no trouble', async () => {
    await using stack = new AsyncDisposableStack();
    const { stub } = await stubBehindProxy(stack);
    const broker = await openKafkaBroker(stack, stub.url);
    let changes = 0;
    broker.onChange(() => changes++);
    const before = stub.askedCount.ApiVersions;
    stub.cut();
    await waitFor('another connection', () => stub.askedCount.ApiVersions > before);
    await broker.publish(target, kafkaMessage('1'), signal);
    assert.equal(changes, 0);
  });
});

describe('lost acknowledgements', () => {
  for (const instead of ['close', 'cut'] as const)
    test(`of 10,000 messages none is missing when answers are lost, and none doubled but what was given back (${instead})`, async () => {
      await using stack = new AsyncDisposableStack();
      const stub = stack.use(await startKafkaStub());
      stub.topic('users.v1', 3);
      const broker = await openKafkaBroker(stack, stub.url);
      for (let count = 0; count < 10; count++) stub.fault({ api: 'Produce', instead, after: 9 });
      const givenBack = await publishMany(broker);
      const ids: string[] = stub
        .topic('users.v1')
        .records()
        .map(({ value }) => JSON.parse(`${value}`).id);
      assert.ok(stub.askedCount.Produce > 110, `${stub.askedCount.Produce} requests: not all faults came`);
      assert.equal(new Set(ids).size, MESSAGE_COUNT);
      const once = new Set<string>();
      for (const id of ids) {
        assert.ok(!once.has(id) || givenBack.has(id), `${id} is there twice`);
        once.add(id);
      }
    });

  test('by a network between: none is missing, and doubles carry the same id', {
    skip: noKafkaMock,
  }, async () => {
    await using stack = new AsyncDisposableStack();
    const mock = stack.use(await startKafkaMock());
    const proxy = await startMockProxy(mock);
    stack.defer(() => proxy.stop());
    const broker = await openKafkaBroker(stack, proxy.url);
    const timer = setInterval(() => proxy.cut(), 100);
    stack.defer(() => clearInterval(timer));
    await publishMany(broker);
    clearInterval(timer);
    const records = await mock.read('users.v1');
    const ids = new Map(records.map(({ headers, payload }) => [headers?.[1], JSON.parse(payload ?? '').id]));
    assert.deepEqual(
      new Set(ids.values()),
      new Set(Array.from({ length: MESSAGE_COUNT }, (_, id) => `${id}`)),
    );
    for (const [messageId, id] of ids) assert.equal(messageId, `test/${id}`);
    assert.ok(records.length < MESSAGE_COUNT * 1.5, `${records.length - MESSAGE_COUNT} doubled`);
  });
});

test('a broker that is stopped by a signal takes what waited when it goes on', {
  skip: noKafkaMock,
}, async () => {
  await using stack = new AsyncDisposableStack();
  const mock = stack.use(await startKafkaMock());
  const broker = await openKafkaBroker(stack, mock.url, { publishTimeoutMs: 1_000, requestTimeoutMs: 500 });
  await publishAtLast(broker, '0');
  await mock.freeze();
  await assert.rejects(broker.publish(target, kafkaMessage('1'), signal), { name: 'BrokerDown' });
  assert.notEqual(broker.trouble, undefined);
  const later = publishAtLast(broker, '1');
  await delay(500);
  mock.thaw();
  await later;
  const ids = (await mock.read('users.v1')).map(({ payload }) => JSON.parse(payload ?? '').id);
  assert.deepEqual([...new Set(ids)].sort(), ['0', '1']);
});
