import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { InboundBatch, InboundMessage } from '../../src/relay/inbound.ts';
import { AnswerRoom } from '../../src/relay/kafka/answer-room.ts';
import { parseKafkaAddress } from '../../src/relay/kafka/kafka-address.ts';
import { KafkaLogs } from '../../src/relay/kafka/kafka-logs.ts';
import { loadKafka } from '../../src/relay/kafka/load-kafka.ts';
import { freePort } from '../support/free-port.ts';
import { startKafkaStub } from '../support/kafka-stub/start-kafka-stub.ts';
import type { StubPartition } from '../support/kafka-stub/stub-log.ts';
import { writeMarker, writeRecords } from '../support/kafka-stub/write-records.ts';
import { waitFor } from '../support/wait-for.ts';

const place = { topic: 'users.v1', partition: 0 };
const KILOBYTE = 'x'.repeat(1024);

async function scene(nodeCount = 1) {
  const stack = new AsyncDisposableStack();
  const stub = stack.use(await startKafkaStub(nodeCount));
  const topic = stub.topic('users.v1', 2);
  const logs = new KafkaLogs(await loadKafka(), parseKafkaAddress(stub.url));
  stack.defer(() => logs.close());
  return { stub, topic, logs, log: topic.partition(0), [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** @param count how many messages */
async function read(logs: KafkaLogs, offset: bigint, count: number): Promise<InboundMessage[]> {
  const messages: InboundMessage[] = [];
  for await (const batch of logs.readFrom({ ...place, offset }, AbortSignal.timeout(20_000))) {
    messages.push(...batch.messages);
    if (messages.length >= count) break;
  }
  return messages;
}

const bodies = (messages: readonly InboundMessage[]) => messages.map(({ body }) => String(body));

function fill(log: StubPartition, count: number, value = (index: number) => `${index}`): void {
  for (let index = 0; index < count; index++) writeRecords(log, [{ value: value(index) }]);
}

describe('reading a partition', () => {
  test('gives key, headers, id and payload of each message, and where it stands', async () => {
    await using scenery = await scene();
    writeRecords(scenery.log, [
      {
        key: 'k',
        value: '{"a":1}',
        headers: [
          ['message-id', 'x/1'],
          ['traceparent', '00'],
        ],
      },
      { value: 'ä', headers: [['ce_id', 'event 2']] },
      { key: '', value: undefined },
    ]);
    const [first, second, third] = await read(scenery.logs, 0n, 3);
    const headers = { 'message-id': 'x/1', traceparent: '00' };
    const position = { ...place, offset: 0n };
    assert.deepEqual(first, {
      id: 'x/1',
      key: 'k',
      headers,
      body: Buffer.from('{"a":1}'),
      position,
      isRedelivered: false,
    });
    assert.deepEqual([second?.id, second?.key, String(second?.body)], ['event 2', undefined, 'ä']);
    assert.deepEqual([third?.id, third?.key, third?.body.length], [undefined, '', 0]);
    assert.equal(third?.position?.offset, 2n);
  });

  test('tells ids and keys apart that are no text', async () => {
    await using scenery = await scene();
    const bytes = Array.from({ length: 256 }, (_, last) => Buffer.from([0, last]));
    writeRecords(
      scenery.log,
      bytes.map((each) => ({ key: each, value: '{}', headers: [['message-id', each]] })),
    );
    const messages = await read(scenery.logs, 0n, bytes.length);
    assert.equal(new Set(messages.map(({ id }) => id)).size, bytes.length);
    assert.equal(new Set(messages.map(({ key }) => key)).size, bytes.length);
    assert.deepEqual([messages[65]?.id, messages[255]?.id], ['\0A', 'hex:00ff']);
  });

  test('begins at the offset although a batch begins before it', async () => {
    await using scenery = await scene();
    writeRecords(
      scenery.log,
      ['0', '1', '2'].map((value) => ({ value })),
    );
    writeRecords(
      scenery.log,
      ['3', '4'].map((value) => ({ value })),
    );
    assert.deepEqual(bodies(await read(scenery.logs, 2n, 3)), ['2', '3', '4']);
  });

  test('goes on with what comes later, and ends at once by its signal', async () => {
    await using scenery = await scene();
    const ending = new AbortController();
    const seen: string[] = [];
    const reading = (async () => {
      for await (const batch of scenery.logs.readFrom({ ...place, offset: 0n }, ending.signal))
        seen.push(...bodies(batch.messages));
    })();
    for (const value of ['0', '1', '2']) {
      await waitFor('the fetch before it', () => scenery.stub.askedCount.Fetch > Number(value));
      writeRecords(scenery.log, [{ value }]);
      await waitFor('the message', () => seen.includes(value));
    }
    const began = performance.now();
    ending.abort();
    await reading;
    assert.ok(performance.now() - began < 200);
  });

  test('gives back from the first message of a batch on', async () => {
    await using scenery = await scene();
    fill(scenery.log, 1_200);
    const sizes: number[] = [];
    const seen: string[] = [];
    for await (const batch of scenery.logs.readFrom({ ...place, offset: 0n }, AbortSignal.timeout(20_000))) {
      sizes.push(batch.messages.length);
      if (sizes.length === 2) await batch.giveBack();
      else seen.push(...bodies(batch.messages));
      if (seen.length === 1_200) break;
    }
    assert.deepEqual(sizes, [500, 500, 500, 200]);
    assert.deepEqual(
      seen,
      Array.from({ length: 1_200 }, (_, index) => `${index}`),
    );
  });

  test('holds about a megabyte, however much there is and however slowly it is taken', async () => {
    await using scenery = await scene();
    fill(scenery.log, 20_000, () => KILOBYTE);
    const batches: InboundBatch[] = [];
    for await (const batch of scenery.logs.readFrom({ ...place, offset: 0n }, AbortSignal.timeout(20_000))) {
      batches.push(batch);
      if (batches.length === 1) await new Promise((resolve) => setTimeout(resolve, 300));
      if (scenery.stub.askedCount.Fetch > 1) break;
    }
    const bytes = batches.slice(0, -1).flatMap(({ messages }) => messages.map(({ body }) => body.length));
    assert.ok(bytes.reduce((sum, each) => sum + each, 0) <= 1024 * 1024);
  });

  for (const compression of ['gzip', 'snappy', 'lz4', 'zstd'] as const)
    test(`reads what is compressed by ${compression}`, async () => {
      await using scenery = await scene();
      writeRecords(scenery.log, [{ value: 'one' }, { value: KILOBYTE }], { compression });
      assert.deepEqual(bodies(await read(scenery.logs, 0n, 2)), ['one', KILOBYTE]);
    });

  const zeros = (megabytes: number) => '0'.repeat(megabytes * 1024 * 1024);

  for (const compression of ['gzip', 'snappy', 'lz4', 'zstd'] as const)
    test(`refuses a batch that ${compression} would unpack to more than there is room for`, async () => {
      await using scenery = await scene();
      writeRecords(scenery.log, [{ value: 'one' }]);
      writeRecords(scenery.log, [{ value: zeros(33) }, { value: zeros(33) }], { compression });
      assert.deepEqual(bodies(await read(scenery.logs, 0n, 1)), ['one']);
      await assert.rejects(read(scenery.logs, 1n, 1), {
        name: 'BatchTooLarge',
        message:
          /^the batch of messages 1 to 2 has more than 250000 messages and headers, or unpacks to more than 64 MiB/,
      });
    });

  test('takes into its memory one after the other what has no room at once', async () => {
    await using scenery = await scene();
    for (const value of [zeros(40), zeros(40)])
      writeRecords(scenery.log, [{ value }], { compression: 'zstd' });
    const lengths = (await read(scenery.logs, 0n, 2)).map(({ body }) => body.length);
    assert.deepEqual(lengths, [zeros(40).length, zeros(40).length]);
  });

  test('leaves out transactions that were aborted, and the marks of others', async () => {
    await using scenery = await scene();
    const of = (producerId: bigint) => ({ producerId, producerEpoch: 0, transactionalId: 'some' });
    writeRecords(scenery.log, [{ value: 'aborted' }], of(7n));
    writeRecords(scenery.log, [{ value: 'committed' }], of(8n));
    writeMarker(scenery.log, 7n, 'abort');
    writeMarker(scenery.log, 8n, 'commit');
    writeRecords(scenery.log, [{ value: 'committed later' }], of(7n));
    writeMarker(scenery.log, 7n, 'commit');
    writeRecords(scenery.log, [{ value: 'plain' }]);
    scenery.log.aborted.push({ producerId: 7n, firstOffset: 0n });
    assert.deepEqual(bodies(await read(scenery.logs, 0n, 3)), ['committed', 'committed later', 'plain']);
  });

  test('two partitions of one broker do not wait for each other', async () => {
    await using scenery = await scene();
    const ending = new AbortController();
    const idle = scenery.logs.readFrom({ topic: 'users.v1', partition: 1, offset: 0n }, ending.signal).next();
    await waitFor('the idle one to wait', () => scenery.stub.askedCount.Fetch === 1);
    const began = performance.now();
    fill(scenery.log, 1);
    await read(scenery.logs, 0n, 1);
    assert.ok(performance.now() - began < 400, 'it waited as long as a fetch does where there is nothing');
    ending.abort();
    await idle;
  });
});

test('what readers hold is bounded for all of them together: an answer waits for room, and is read then', async () => {
  await using scenery = await scene();
  const { stub, topic, log } = scenery;
  const room = new AnswerRoom(1_024, 1_000);
  const logs = new KafkaLogs(await loadKafka(), parseKafkaAddress(stub.url), {}, room);
  assert.equal(room.answerBytes, 1024 * 1024);
  const ending = new AbortController();
  try {
    for (const partition of [log, topic.partition(1)]) fill(partition, 2);
    const first = logs.readFrom({ ...place, offset: 0n }, ending.signal);
    assert.equal((await first.next()).value.messages.length, 2);
    let isSecondIn = false;
    const given = new AbortController();
    const readers = [ending.signal, given.signal].map((signal) =>
      logs.readFrom({ topic: 'users.v1', partition: 1, offset: 0n }, signal),
    );
    const [second, third] = readers.map((reader) => reader.next());
    void second?.then(() => {
      isSecondIn = true;
    });
    await waitFor('all to be answered', () => stub.askedCount.Fetch === 3);
    given.abort();
    assert.equal((await third)?.done, true);
    assert.equal(isSecondIn, false);
    const next = first.next(); // what it held has been taken
    assert.equal((await second)?.value.messages.length, 2);
    ending.abort();
    await next;
  } finally {
    ending.abort();
    await logs.close();
  }
});

test('answers are the smaller the more readers there are, in all some 64 MiB', () => {
  const room = new AnswerRoom();
  const leave = Array.from({ length: 256 }, () => room.enter());
  assert.equal(room.answerBytes, 256 * 1024);
  leave.push(...Array.from({ length: 5_000 }, () => room.enter()));
  assert.equal(room.answerBytes, 64 * 1024);
  for (const each of leave) each();
  assert.equal(room.answerBytes, 1024 * 1024);
});

describe('a log that is not as it was', () => {
  test('retention has moved its beginning: what was lost is told', async () => {
    await using scenery = await scene();
    fill(scenery.log, 10);
    scenery.log.moveFirstOffset(6n);
    await assert.rejects(read(scenery.logs, 2n, 1), {
      name: 'OffsetOutOfRange',
      message: 'partition 0 of users.v1 has messages from 6 to before 10, none at 2; 4 are gone',
    });
    assert.deepEqual(await scenery.logs.offsets('users.v1', 0), { first: 6n, end: 10n });
    assert.deepEqual(bodies(await read(scenery.logs, 6n, 4)), ['6', '7', '8', '9']);
    await assert.rejects(read(scenery.logs, 11n, 1), { name: 'OffsetOutOfRange' });
  });

  test('a topic that was made anew is never read for the one that it was', async () => {
    await using scenery = await scene();
    const { stub, logs } = scenery;
    fill(scenery.log, 3);
    const before = await logs.describeTopic('users.v1');
    const seen: string[] = [];
    await assert.rejects(
      async () => {
        for await (const batch of logs.readFrom({ ...place, offset: 0n }, AbortSignal.timeout(20_000))) {
          seen.push(...bodies(batch.messages));
          fill(stub.remake('users.v1', 2).partition(0), 9, () => 'of another topic');
        }
      },
      { name: 'TopicMadeAnew', message: /^the topic users.v1 was made anew: its id was .+ and is .+/ },
    );
    assert.deepEqual(seen, ['0', '1', '2']);
    const after = await logs.describeTopic('users.v1');
    assert.notEqual(after.id, before.id);
    assert.deepEqual(after.partitions, [0, 1]);
  });

  test('another broker leads it: reading goes on there', async () => {
    await using scenery = await scene(2);
    fill(scenery.log, 2);
    const seen: string[] = [];
    for await (const batch of scenery.logs.readFrom({ ...place, offset: 0n }, AbortSignal.timeout(20_000))) {
      seen.push(...bodies(batch.messages));
      if (seen.length === 4) break;
      scenery.log.leader = 2;
      writeRecords(scenery.log, [{ value: '2' }, { value: '3' }]);
    }
    assert.deepEqual(seen, ['0', '1', '2', '3']);
  });

  for (const instead of ['close', 'cut'] as const)
    test(`an answer that is lost (${instead}) is asked for again: nothing is missing or doubled`, async () => {
      await using scenery = await scene();
      fill(scenery.log, 5_000, (index) => `${index} ${KILOBYTE}`);
      scenery.stub.fault({ api: 'Fetch', instead, after: 1, times: 2 });
      const numbers = bodies(await read(scenery.logs, 0n, 5_000)).map((text) => Number.parseInt(text, 10));
      assert.deepEqual(
        numbers,
        Array.from({ length: 5_000 }, (_, index) => index),
      );
    });
});

describe('what cannot be read', () => {
  test('a topic that is not there, a partition, a broker, each in words', async () => {
    await using scenery = await scene();
    await assert.rejects(scenery.logs.describeTopic('nowhere'), { name: 'TopicUnknown', message: /nowhere/ });
    await assert.rejects(scenery.logs.offsets('users.v1', 7), {
      message: 'the topic users.v1 has no partition 7',
    });
    const nobody = new KafkaLogs(
      await loadKafka(),
      parseKafkaAddress(`kafka://127.0.0.1:${await freePort()}`),
    );
    await assert.rejects(nobody.describeTopic('users.v1'), (error: Error) =>
      /ECONNREFUSED/.test(String(error.cause)),
    );
  });

  test('a broker that is too old says so', async () => {
    await using scenery = await scene();
    scenery.stub.log.withheld.add('Fetch');
    await assert.rejects(read(scenery.logs, 0n, 1), { message: /does not speak a version of Fetch/ });
  });
});
