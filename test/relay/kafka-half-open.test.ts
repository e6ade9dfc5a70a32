/** Connections to Kafka that died on its side without a word: a router was replaced, a firewall forgot them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { parseKafkaAddress } from '../../src/relay/kafka/kafka-address.ts';
import { KafkaLogs } from '../../src/relay/kafka/kafka-logs.ts';
import { loadKafka } from '../../src/relay/kafka/load-kafka.ts';
import { kafkaMessage } from '../support/kafka-message.ts';
import { startKafkaStub } from '../support/kafka-stub/start-kafka-stub.ts';
import { writeRecords } from '../support/kafka-stub/write-records.ts';
import { openKafkaBroker } from '../support/open-kafka-broker.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

const { signal } = new AbortController();

async function scene(stack: AsyncDisposableStack) {
  const stub = stack.use(await startKafkaStub());
  const topic = stub.topic('users.v1');
  const proxy = await startTcpProxy(stub.url);
  stack.defer(() => proxy.stop());
  stub.advertise(proxy.url);
  const loseAll = () => {
    const ports = stub.peerPorts();
    assert.notEqual(ports.length, 0);
    for (const port of ports) proxy.lose(port);
  };
  return { stub, topic, proxy, loseAll };
}

test('a message is told BrokerDown or confirmed in time, and each is there once afterwards', async () => {
  await using stack = new AsyncDisposableStack();
  const { topic, proxy, loseAll } = await scene(stack);
  const broker = await openKafkaBroker(stack, proxy.url, { publishTimeoutMs: 3_000, requestTimeoutMs: 400 });
  const publishAtLast = async (id: string): Promise<void> => {
    const error = await broker
      .publish({ topic: 'users.v1' }, kafkaMessage(id), signal)
      .catch((thrown) => thrown);
    if (!(error instanceof Error)) return;
    assert.equal(error.name, 'BrokerDown');
    await delay(50);
    await publishAtLast(id);
  };
  await publishAtLast('0');
  for (const id of ['1', '2', '3']) {
    loseAll();
    const lostAt = performance.now();
    await publishAtLast(id);
    const tookMs = performance.now() - lostAt;
    assert.ok(tookMs < 3_000, `took ${tookMs} ms`);
  }
  const ids = topic.records().map(({ value }) => JSON.parse(`${value}`).id);
  assert.deepEqual(ids, ['0', '1', '2', '3']);
});

test('a partition is read on, nothing missing or doubled', async () => {
  await using stack = new AsyncDisposableStack();
  const { topic, proxy, loseAll } = await scene(stack);
  const limits = { connectTimeoutMs: 1_000, requestTimeoutMs: 1_000 };
  const logs = new KafkaLogs(await loadKafka(), parseKafkaAddress(proxy.url), limits);
  stack.defer(() => logs.close());
  const log = topic.partition(0);
  writeRecords(log, [{ value: '0' }]);
  const place = { topic: 'users.v1', partition: 0, offset: 0n };
  const seen: string[] = [];
  for await (const batch of logs.readFrom(place, AbortSignal.timeout(20_000))) {
    seen.push(...batch.messages.map(({ body }) => `${body}`));
    if (seen.length === 4) break;
    loseAll();
    writeRecords(log, [{ value: `${seen.length}` }]);
  }
  assert.deepEqual(seen, ['0', '1', '2', '3']);
});
