import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { describeError } from '../../src/errors/describe-error.ts';
import type { InboundBatch } from '../../src/relay/inbound.ts';
import { createRabbitmqQueues, type RabbitmqQueues } from '../../src/relay/rabbitmq/rabbitmq-queues.ts';
import { sendNested } from '../support/nested-headers.ts';
import { noRabbitMq, type RabbitMq, startRabbitMq } from '../support/rabbitmq.ts';
import { withChannel } from '../support/rabbitmq-scene.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { waitFor } from '../support/wait-for.ts';

describe('what is consumed from RabbitMQ', { skip: noRabbitMq }, () => {
  const stack = new AsyncDisposableStack();
  let server: RabbitMq;
  let proxy: TcpProxy;
  let queues: RabbitmqQueues;

  before(async () => {
    server = await startRabbitMq(stack);
    proxy = await startTcpProxy(server.url);
    stack.defer(() => proxy.stop());
    queues = await createRabbitmqQueues({ url: `${proxy.url}?heartbeat=1`, clientName: 'tests' });
    stack.defer(() => queues.close());
  });
  afterEach(() => proxy.unblock());
  after(() => stack.disposeAsync());

  async function send(queue: string, ids: readonly number[], properties = {}): Promise<void> {
    await withChannel(server, async (channel) => {
      await channel.assertQueue(queue);
      for (const id of ids)
        channel.sendToQueue(queue, Buffer.from(String(id)), { persistent: true, ...properties });
    });
  }

  const range = (count: number) => Array.from({ length: count }, (_, index) => index);
  const idsOf = (batch: InboundBatch | undefined) =>
    batch?.messages.map(({ body }) => Number(body.toString()));

  /** Handed out by `next`, one batch at a time. */
  function begin(queue: string, prefetch = 10) {
    const abort = new AbortController();
    const batches = queues.consume(queue, { prefetch, signal: abort.signal });
    const next = async () => (await batches.next()).value as InboundBatch | undefined;
    return { next, abort: () => abort.abort(), stop: () => batches.return(undefined) };
  }

  /** Ready, and handed out without an answer. */
  async function counts(queue: string): Promise<string> {
    const lines = await server.control(
      ...['list_queues', '--silent', 'name', 'messages_ready', 'messages_unacknowledged'],
    );
    return lines.match(new RegExp(`^${queue}\t(.*)$`, 'm'))?.[1]?.replace('\t', '+') ?? '';
  }

  const untilCounts = (queue: string, expected: string) =>
    waitFor(`${queue} to have ${expected}`, async () => (await counts(queue)) === expected);

  test('has id, headers as texts, body, and whether it was delivered before', async () => {
    const headers = {
      traceparent: '00-a-b-01',
      attempts: 3,
      isNew: true,
      list: ['a', 1],
      'cloudEvents:partitionkey': 'ada',
    };
    await send('whole', [7], { messageId: 'there/7', headers });
    const consumer = begin('whole');
    const batch = await consumer.next();
    assert.deepEqual(batch?.messages, [
      {
        id: 'there/7',
        key: 'ada',
        headers: {
          traceparent: '00-a-b-01',
          attempts: '3',
          isNew: 'true',
          list: '["a",1]',
          'cloudEvents:partitionkey': 'ada',
        },
        body: Buffer.from('7'),
        position: undefined,
        isRedelivered: false,
      },
    ]);
    await batch.giveBack();
    const again = await consumer.next();
    assert.deepEqual([again?.messages[0]?.isRedelivered, idsOf(again)], [true, [7]]);
    await again?.acknowledge();
    await consumer.stop();
    await untilCounts('whole', '0+0');
  });

  test('is taken without headers that cannot be decoded, and holds back nobody', async () => {
    const depths = [10, 3_000, 4_500, 20_000];
    await withChannel(server, async (channel) => {
      await channel.assertQueue('nested');
      for (const depth of depths) await sendNested(channel, 'nested', { id: `d${depth}`, depth });
    });
    await send('nested', [7], { headers: { list: [[1]] } });
    const consumer = begin('nested', 20);
    const told: string[][] = [];
    while (told.length < depths.length + 1) {
      const batch = await consumer.next();
      for (const { id, body, headers } of batch?.messages ?? [])
        told.push([id ?? body.toString(), ...Object.keys(headers)]);
      await batch?.acknowledge();
    }
    assert.deepEqual(
      [told[0], told.slice(1, 4).map(([id]) => id), told[3], told[4]],
      [['d10', 'deep'], ['d3000', 'd4500', 'd20000'], ['d20000'], ['7', 'list']],
    );
    await consumer.stop();
    await untilCounts('nested', '0+0');
  });

  test('has no id where that is no text, as others would then be taken for it', async () => {
    await withChannel(server, async (channel) => {
      await channel.assertQueue('binary');
      for (const id of [Buffer.from([0x80]), Buffer.from([0xff])])
        await sendNested(channel, 'binary', { id, depth: 1 });
    });
    const consumer = begin('binary', 2);
    const batches = [await consumer.next(), await consumer.next()];
    assert.deepEqual(
      batches.flatMap((batch) => batch?.messages.map(({ id, body }) => [id, body.toString('hex')])),
      [
        [undefined, '80'],
        [undefined, 'ff'],
      ],
    );
    await consumer.stop();
  });

  test('is none of a stream, and all of a queue whose messages look like those of one', async () => {
    await withChannel(server, async (channel) => {
      await channel.assertQueue('stream', { durable: true, arguments: { 'x-queue-type': 'stream' } });
    });
    let outcome: unknown; // of what comes while it is read, which nothing tells that it begins to be
    void begin('stream')
      .next()
      .catch((error) => error)
      .then((ended) => {
        outcome = ended;
      });
    await waitFor('an outcome', async () => {
      await withChannel(server, async (channel) => channel.sendToQueue('stream', Buffer.from('0')));
      return outcome;
    });
    assert.match(String(outcome), /"stream" is a stream, which knows no acknowledgement/);
    await send('forged', range(3), { headers: { 'x-stream-offset': 0 } });
    const forged = begin('forged');
    const bodies: number[] = [];
    while (new Set(bodies).size < 3) {
      const batch = await forged.next();
      bodies.push(...(idsOf(batch) ?? []));
      await batch?.acknowledge();
    }
    await forged.stop();
    assert.deepEqual(bodies, range(3));
    await untilCounts('forged', '0+0');
  });

  test('comes in batches of half of what is handed over ahead, the next one while one is at work', async () => {
    await send('batches', range(25));
    const consumer = begin('batches', 10);
    const first = await consumer.next();
    assert.deepEqual(idsOf(first), [0, 1, 2, 3, 4]);
    const second = await consumer.next();
    assert.deepEqual(idsOf(second), [5, 6, 7, 8, 9]);
    await untilCounts('batches', '15+10');
    await first?.acknowledge();
    assert.deepEqual(idsOf(await consumer.next()), [10, 11, 12, 13, 14]);
    await consumer.stop();
  });

  test('is acknowledged batch by batch, in any order', async () => {
    await send('order', range(20));
    const consumer = begin('order', 20);
    const [first, second] = [await consumer.next(), await consumer.next()];
    await second?.acknowledge();
    await untilCounts('order', '0+10');
    await first?.giveBack();
    const again = await consumer.next();
    assert.deepEqual(idsOf(again), range(10));
    await again?.acknowledge();
    await again?.giveBack();
    await untilCounts('order', '0+0');
    await consumer.stop();
  });

  test('is given back when the consumer stops, but for batches that are at work', async () => {
    await send('stopped', range(30));
    const channels = () => server.control('list_channels', '--silent', 'name');
    const before = await channels();
    const consumer = begin('stopped', 20);
    const batch = await consumer.next();
    consumer.abort();
    assert.equal(await consumer.next(), undefined);
    await untilCounts('stopped', '20+10');
    await batch?.acknowledge();
    await untilCounts('stopped', '20+0');
    await waitFor('its channel to be closed', async () => (await channels()) === before);
  });

  test('ends with the reason where there is no queue, and where it is deleted', async () => {
    const error = await begin('nowhere')
      .next()
      .catch((reason: unknown) => reason);
    assert.equal(describeError(error).message, "no queue 'nowhere' in vhost '/'");
    await assert.rejects(queues.depth('nowhere'), /no queue 'nowhere'/);
    await send('deleted', range(3));
    const consumer = begin('deleted');
    const batch = await consumer.next();
    await withChannel(server, (channel) => channel.deleteQueue('deleted'));
    await assert.rejects(consumer.next(), /ended the consumer: its queue was deleted/);
    await batch?.acknowledge().catch(() => {});
    await send('deleted', [9]);
    const anew = begin('deleted');
    assert.deepEqual(idsOf(await anew.next()), [9]);
    await anew.stop();
  });

  test('comes again after the connection was lost, those without an acknowledgement alone', async () => {
    await send('lost', range(20));
    const consumer = begin('lost', 20);
    await (await consumer.next())?.acknowledge();
    const batch = await consumer.next();
    await untilCounts('lost', '0+10');
    proxy.cut();
    await assert.rejects(consumer.next(), /connection to RabbitMQ was lost/);
    await assert.rejects(batch?.acknowledge() ?? assert.fail());
    const anew = begin('lost', 40);
    const again = await anew.next();
    assert.deepEqual(
      [idsOf(again), again?.messages.every(({ isRedelivered }) => isRedelivered)],
      [range(20).slice(10), true],
    );
    await again?.acknowledge();
    await anew.stop();
  });

  test('ends when a connection dies without a word, by its heartbeat', async () => {
    await send('silent', range(1));
    const consumer = begin('silent');
    await (await consumer.next())?.acknowledge();
    proxy.block();
    await assert.rejects(consumer.next(), /connection to RabbitMQ was lost/);
    // Whichever side misses the other's heartbeats first.
    await assert.rejects(begin('silent').next(), /Heartbeat timeout|Unexpected close/);
    proxy.unblock();
    await send('silent', [5]);
    const anew = begin('silent');
    const batch = await waitFor('a message', () =>
      anew
        .next()
        .catch(() => begin('silent').next())
        .catch(() => 0),
    );
    assert.ok(batch);
  });

  test('is counted', async () => {
    await send('deep', range(12));
    assert.equal(await waitFor('an answer', () => queues.depth('deep').catch(() => 0)), 12);
  });

  test('stays where it is when the server is killed', async () => {
    await send('kept', range(10));
    await server.rememberQueues();
    const consumer = begin('kept', 20);
    const batch = await consumer.next();
    assert.equal(batch?.messages.length, 10);
    await server.kill();
    await assert.rejects(consumer.next());
    await server.start();
    const again = await waitFor(
      'the messages',
      () =>
        begin('kept', 20)
          .next()
          .catch(() => undefined),
      30_000,
    );
    assert.deepEqual(idsOf(again), range(10));
  });
});
