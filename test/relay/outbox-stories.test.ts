/** What goes wrong where somebody polls a table for messages that are to go out, and not here. Two runners share each queue. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { BrokerDown, MessageRefused, type RabbitmqTarget } from '../../src/relay/broker.ts';
import type { Message } from '../../src/relay/message.ts';
import { FakeBroker } from '../support/fake-broker.ts';
import { openRoutedQueue } from '../support/routed-scene.ts';
import { type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

const mail = testTask('mail', { maxRetries: 2 });

let broker: FakeBroker<RabbitmqTarget>;
let queue: TestQueue;

beforeEach(async () => {
  broker = new FakeBroker();
  queue = await openRoutedQueue({ broker } as never, [mail]);
  for (let count = 0; count < 2; count++) await queue.start();
});
afterEach(() => queue.close());

async function enqueue(number: number, options = {}): Promise<string> {
  const { id } = await queue.distributor.distribute(queue.pool, mail, { number }, options);
  return id;
}

const numberOf = (message: Message): number => JSON.parse(`${message.body}`).number;
const sent = () => broker.sent.map(({ message }) => numberOf(message));
const untilSent = (count: number) => waitFor(`${count} messages`, () => broker.sent.length >= count);

describe('ids are not the order of commits', () => {
  for (const options of [{}, { sequence: 'ada' }])
    test(`a job that was written first and committed last goes out too: ${JSON.stringify(options)}`, async () => {
      const client = await queue.pool.connect();
      try {
        await client.query('begin');
        await queue.distributor.distribute(client, mail, { number: 1 });
        await enqueue(2, options);
        await untilSent(1);
        if ('sequence' in options) await queue.distributor.distribute(client, mail, { number: 3 }, options);
        await client.query('commit');
      } finally {
        client.release();
      }
      const all = 'sequence' in options ? [1, 2, 3] : [1, 2];
      await untilSent(all.length);
      assert.equal(sent()[0], 2);
      assert.deepEqual(sent().toSorted(), all);
    });
});

test('the messages of a key keep their order between two workers, and never are two of one on their way', async () => {
  const [keys, each] = [['ada', 'bob', 'cyd'], 15];
  const underWay = new Map<string | undefined, number>();
  let [mostOfOne, mostKeys] = [0, 0];
  broker.onPublish = async ({ message: { key } }) => {
    const ofKey = (underWay.get(key) ?? 0) + 1;
    underWay.set(key, ofKey);
    mostOfOne = Math.max(mostOfOne, ofKey);
    mostKeys = Math.max(mostKeys, [...underWay.values()].filter((count) => count > 0).length);
    await delay(Math.random() * 10);
    underWay.set(key, (underWay.get(key) ?? 0) - 1);
  };
  for (let number = 0; number < each; number++)
    for (const sequence of keys) await enqueue(number, { sequence });
  await untilSent(keys.length * each);
  for (const key of keys) {
    const ofKey = broker.sent.filter(({ message }) => message.key === key);
    assert.deepEqual(
      ofKey.map(({ message }) => numberOf(message)),
      Array.from({ length: each }, (_, number) => number),
    );
  }
  assert.equal(mostOfOne, 1);
  assert.ok(mostKeys > 1, 'keys do not wait for each other');
});

test('a head that was not taken is not overtaken, neither when the broker is lost nor when it refuses it', async () => {
  const tries: number[] = [];
  broker.onPublish = async ({ message }) => {
    tries.push(numberOf(message));
    await delay(5);
    if (tries.length === 1) throw new BrokerDown('the connection was lost');
    if (tries.length === 2) throw new MessageRefused('NO_ROUTE', 'no queue takes it');
  };
  for (const number of [1, 2, 3]) await enqueue(number, { sequence: 'ada' });
  await untilSent(3);
  assert.deepEqual(tries, [1, 1, 1, 2, 3]);
});

test('one that is refused for ever holds its key up for its own attempts alone, each of them after its pause', async () => {
  const tries: { number: number; at: number }[] = [];
  broker.onPublish = ({ message }) => {
    tries.push({ number: numberOf(message), at: performance.now() });
    if (numberOf(message) === 1) throw new MessageRefused('MESSAGE_TOO_LARGE', 'it is too large');
  };
  const tooLarge = await enqueue(1, { sequence: 'ada' });
  await enqueue(2, { sequence: 'ada' });
  await untilSent(1);
  assert.deepEqual(
    tries.map(({ number }) => number),
    [1, 1, 1, 2],
  );
  for (const index of [1, 2]) {
    const pauseMs = (tries[index]?.at ?? 0) - (tries[index - 1]?.at ?? 0);
    assert.ok(pauseMs >= 45, `tried again after ${pauseMs} ms`);
  }
  const { last_error } = await queue.untilState(tooLarge, 'discarded');
  assert.equal(last_error, 'it is too large');
});

test('what is on its way for long is not sent by another worker meanwhile', async () => {
  const confirming = Promise.withResolvers<void>();
  let tries = 0;
  broker.onPublish = () => {
    tries++;
    return confirming.promise;
  };
  const id = await enqueue(1);
  await waitFor('it to be on its way', () => tries > 0);
  await delay(4_000); // several heartbeats, fetches and rounds of rescue of the other
  assert.equal((await queue.job(id)).state, 'running');
  confirming.resolve();
  await queue.untilState(id, 'completed');
  assert.equal(tries, 1);
});
