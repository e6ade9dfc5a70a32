import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { MessageRefused } from '../../src/relay/broker.ts';
import { publishing } from '../../src/relay/routes/publishing.ts';
import { bind } from '../../src/tasks/bind.ts';
import { fixedDelay } from '../../src/tasks/retry-delay.ts';
import { FakeBroker } from '../support/fake-broker.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('a task whose jobs are handed to a broker', () => {
  const signedUp = testTask('signed_up', { maxRetries: 1, timeoutMs: 50 });
  let broker = new FakeBroker<string>();
  let queue: TestQueue;

  before(async () => {
    const task = bind(
      signedUp,
      async () => {
        throw new Error('its own handler ran');
      },
      { retryDelay: fixedDelay(1), isolate: 'thread' },
    );
    const outlet = { publish: (...given: Parameters<typeof broker.publish>) => broker.publish(...given) };
    queue = await openTestQueue([
      publishing(task, { outlet, target: 'users', installation: async () => 'here' }) as never,
    ]);
    await queue.start();
  });
  after(() => queue.close());
  beforeEach(() => {
    broker = new FakeBroker();
    broker.open();
  });

  async function enqueue(payload: unknown, options = {}): Promise<string> {
    const { id } = await queue.distributor.distribute(queue.pool, signedUp, payload, options);
    return id;
  }

  test('is completed when the broker has the message, and its result is where that is', async () => {
    const id = await enqueue({ user: 'ada' }, { sequence: 'ada', headers: { traceparent: TRACEPARENT } });
    await queue.untilState(id, 'completed');
    const [{ target, message } = assert.fail('nothing was sent')] = broker.sent;
    const { body, createdAt, ...rest } = message;
    assert.deepEqual(rest, {
      id: `here/${id}`,
      type: 'signed_up',
      contentType: 'application/json',
      key: 'ada',
      headers: { traceparent: TRACEPARENT },
    });
    assert.equal(target, 'users');
    assert.equal(body.toString(), '{"user":"ada"}');
    assert.ok(createdAt instanceof Date);
    const { rows } = await queue.pool.query('select result from howdah.jobs where id = $1', [id]);
    assert.deepEqual(rows, [{ result: { place: 1 } }]);
  });

  test('sends each digit of a whole number that no double holds', async () => {
    const { rows } = await queue.pool.query<{ id: string }>(
      `select howdah.enqueue('signed_up', '{"account": 9007199254740993, "cents": 12345678901234567890, "half": 0.5}') as id`,
    );
    await queue.untilState(rows[0]?.id ?? '', 'completed');
    assert.equal(
      broker.sent[0]?.message.body.toString(),
      '{"account":9007199254740993,"cents":12345678901234567890,"half":0.5}',
    );
  });

  test('goes back as it was when the broker is lost on the way, and is sent again under the same id', async () => {
    const ids: string[] = [];
    broker.onPublish = ({ message }) => {
      ids.push(message.id);
      if (ids.length > 1) return;
      broker.break('lost');
      setTimeout(() => broker.mend(), 50);
    };
    const id = await enqueue({});
    const { attempt } = await queue.untilState(id, 'completed');
    assert.deepEqual([...new Set(ids)], [`here/${id}`]);
    assert.equal(attempt, 1);
  });

  test('is tried again as the task says when the broker refuses the message, and discarded at last', async () => {
    broker.onPublish = () => {
      throw new MessageRefused('NO_ROUTE', 'no queue takes it');
    };
    const id = await enqueue({});
    const { attempt, last_error } = await queue.untilState(id, 'discarded');
    assert.deepEqual([attempt, last_error], [2, 'no queue takes it']);
  });

  test('ends cancelled when somebody cancels it on the way', async () => {
    broker.onPublish = (_, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const id = await enqueue({});
    await queue.untilState(id, 'running');
    await queue.pool.query('select howdah.cancel_job($1)', [id]);
    await queue.untilState(id, 'cancelled');
  });

  test('sends those of a sequence one at a time, in the order of their commits', async () => {
    let sendingCount = 0;
    broker.onPublish = async () => {
      assert.equal(++sendingCount, 1);
      await new Promise((resolve) => setTimeout(resolve, 5));
      sendingCount -= 1;
    };
    for (let number = 0; number < 10; number++) await enqueue({ number }, { sequence: 'one' });
    await waitFor('all to be sent', async () => broker.sent.length === 10);
    const numbers = broker.sent.map(({ message }) => JSON.parse(message.body.toString()).number);
    assert.deepEqual(numbers, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});
