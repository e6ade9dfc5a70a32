import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Arrived, BrokerScene } from '../support/routed-scene.ts';
import { openRoutedQueue } from '../support/routed-scene.ts';
import { type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

const mail = testTask('mail', { maxRetries: 1, timeoutMs: 100 });
const lost = testTask('lost', { maxRetries: 1 });

/** That all which holds for a job holds for one that goes to a broker, whichever that is. */
export function describeRoutedJobs(
  what: string,
  open: (stack: AsyncDisposableStack) => Promise<BrokerScene>,
  options: { skip?: string | false } = {},
): void {
  describe(what, options, () => {
    const stack = new AsyncDisposableStack();
    let scene: BrokerScene;
    let queue: TestQueue;

    before(async () => {
      scene = await open(stack);
      await scene.declare('mail');
      queue = await openRoutedQueue(scene, [mail, lost]);
      stack.defer(() => queue.close());
      await queue.start();
      await waitFor('the broker to be there', () => !scene.broker.trouble, 30_000);
    });
    after(() => stack.disposeAsync());

    async function enqueue(payload: unknown, given = {}, task = mail): Promise<string> {
      const { id } = await queue.distributor.distribute(queue.pool, task, payload, given);
      return id;
    }
    async function query<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
      const { rows } = await queue.pool.query(text, values);
      return rows;
    }
    const numbers = (arrived: readonly Arrived[]) => arrived.map(({ body }) => JSON.parse(body).number);

    test('a job that is enqueued with a transaction goes out with its commit, and not without', async () => {
      const client = await queue.pool.connect();
      try {
        for (const end of ['rollback', 'commit']) {
          await client.query('begin');
          await queue.distributor.distribute(client, mail, { number: end }, {});
          await client.query(end);
        }
      } finally {
        client.release();
      }
      const arrived = await untilArrived(1);
      assert.deepEqual(numbers(arrived), ['commit']);
    });

    test('its message has its id, type, payload and headers, and its result says where it is', async () => {
      const [row] = await query<{ id: string }>(
        `select howdah.enqueue('mail', '{"number": 12345678901234567891}', headers => '{"tenant": "eu"}') as id`,
      );
      const id = row?.id ?? '';
      await queue.untilState(id, 'completed');
      const [message] = await untilArrived(1);
      const [installation] = await query<{ id: string }>('select id from howdah.installation');
      assert.deepEqual(
        [message?.id, message?.type, message?.body, message?.headers['tenant']],
        [`${installation?.id}/${id}`, 'mail', '{"number":12345678901234567891}', 'eu'],
      );
      const [finished] = await query('select state, result, attempt from howdah.jobs where id = $1', [id]);
      assert.partialDeepStrictEqual(finished, {
        state: 'completed',
        result: scene.placedIn('mail'),
        attempt: 1,
      });
    });

    test('it waits for its time, and one that is cancelled meanwhile never goes out', async () => {
      const enqueuedAt = Date.now();
      await enqueue({ number: 'later' }, { delayMs: 700 });
      const cancelled = await enqueue({ number: 'never' }, { delayMs: 600 });
      await query('select howdah.cancel_job($1)', [cancelled]);
      assert.deepEqual(numbers(await untilArrived(1)), ['later']);
      assert.ok(Date.now() - enqueuedAt >= 700);
      assert.equal((await queue.job(cancelled)).state, 'cancelled');
    });

    test('one of a unique key is there once', async () => {
      await enqueue({ number: 'one' }, { uniqueKey: 'only', delayMs: 200 });
      await assert.rejects(enqueue({ number: 'two' }, { uniqueKey: 'only' }), /unique key/);
      assert.deepEqual(numbers(await untilArrived(1)), ['one']);
    });

    test('those of a sequence go out in the order of their commits', async () => {
      for (let number = 0; number < 20; number++) await enqueue({ number }, { sequence: 'ada' });
      assert.deepEqual(
        numbers(await untilArrived(20)),
        Array.from({ length: 20 }, (_, number) => number),
      );
    });

    test('what nobody takes is retried as its task says, discarded, and goes out when it is tried again', async () => {
      const id = await enqueue({ number: 'lost' }, {}, lost);
      const { attempt, last_error } = await queue.untilState(id, 'discarded');
      assert.equal(attempt, 2);
      assert.match(last_error ?? '', /lost/);
      const errors = await query('select attempt from howdah.job_errors where job_id = $1 order by attempt', [
        id,
      ]);
      assert.deepEqual(errors, [{ attempt: 1 }, { attempt: 2 }]);
      await scene.declare('lost');
      await query('select howdah.retry_job($1)', [id]);
      await queue.untilState(id, 'completed');
      assert.deepEqual(numbers(await scene.take('lost')), ['lost']);
    });

    test('while the broker is away it costs no attempt and no time limit runs; then it goes out by itself', async () => {
      await scene.break();
      const ids = await Promise.all([1, 2, 3].map((number) => enqueue({ number })));
      const late = await enqueue({ number: 'late' }, { deadline: new Date(Date.now() + 300) });
      const unwanted = await enqueue({ number: 'unwanted' });
      await query('select howdah.cancel_job($1)', [unwanted]);
      await delay(600);
      for (const id of ids) {
        const { attempt, last_error, state } = await queue.job(id);
        assert.deepEqual([attempt, last_error], [0, null], state);
      }
      await scene.mend();
      const arrived = await untilArrived(3);
      assert.deepEqual(numbers(arrived).sort(), [1, 2, 3]);
      for (const id of ids) assert.equal((await queue.untilState(id, 'completed')).attempt, 1);
      await queue.untilState(late, 'discarded');
      assert.equal((await queue.job(unwanted)).state, 'cancelled');
    });

    /** So many, and no more. */
    async function untilArrived(count: number): Promise<Arrived[]> {
      const arrived: Arrived[] = [];
      await waitFor(
        `${count} messages to arrive`,
        async () => {
          arrived.push(...(await scene.take('mail')));
          return arrived.length >= count;
        },
        20_000,
      );
      await waitFor('no job to be left', async () => {
        const [row] = await query<{ count: string }>(
          `select count(*) from howdah.jobs where task = 'mail' and state in ('available', 'running', 'retryable')`,
        );
        return row?.count === '0';
      });
      arrived.push(...(await scene.take('mail')));
      assert.equal(arrived.length, count, JSON.stringify(arrived));
      return arrived;
    }
  });
}
