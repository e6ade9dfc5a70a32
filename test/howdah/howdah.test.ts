import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { HowdahError } from '../../src/errors.ts';
import { createHowdah } from '../../src/howdah/create-howdah.ts';
import type { Howdah } from '../../src/howdah/howdah.ts';
import { defineTask } from '../../src/tasks/define-task.ts';
import { openTestQueue, type TestQueue } from '../support/test-queue.ts';

const sendReceipt = defineTask({
  name: 'send_receipt',
  payload: z.strictObject({ order_id: z.string() }),
  maxRetries: 0,
});
const order = { order_id: 'a-1' };
const hasCode = (code: string) => (error: unknown) => error instanceof HowdahError && error.code === code;

describe('createHowdah', () => {
  let queue: TestQueue;
  let howdah: Howdah;
  before(async () => {
    queue = await openTestQueue([[sendReceipt, async (payload) => payload]]);
    const { connectionString } = queue.database;
    howdah = createHowdah({ connectionString, tasks: [sendReceipt], application: 'bank', actor: 'shop' });
  });
  after(async () => {
    await howdah.close();
    await queue.close();
  });

  test('enqueues in the transaction of the caller', async () => {
    const client = await queue.pool.connect();
    try {
      await client.query('begin');
      const { id } = await howdah.enqueue(client, sendReceipt, order, { delayMs: 60_000 });
      assert.equal(await howdah.get(id), undefined, 'seen before the commit');
      await client.query('commit');
      assert.equal((await howdah.get(id))?.state, 'scheduled');
      await client.query('begin');
      const [other] = await howdah.enqueueMany(client, [{ task: sendReceipt, payload: order }]);
      await client.query('rollback');
      assert.equal(await howdah.get(other?.id ?? ''), undefined);
    } finally {
      client.release();
    }
  });

  test('enqueues without one, and in one of its own', async () => {
    const alone = await howdah.enqueueAlone(sendReceipt, order, { delayMs: 60_000 });
    assert.deepEqual((await howdah.get(alone.id))?.payload, order);
    const refused = howdah.transaction(async (tx) => {
      await howdah.enqueue(tx, sendReceipt, order, { key: 'rolled-back' });
      throw new Error('not after all');
    });
    await assert.rejects(refused, /not after all/);
    assert.deepEqual((await howdah.find({ key: 'rolled-back' })).jobs, []);
  });

  test('finds jobs, page by page', async () => {
    const jobs = ['1', '2', '3'].map((order_id) => ({
      task: sendReceipt,
      payload: { order_id },
      options: { delayMs: 60_000, priority: 77 },
    }));
    const added = await howdah.transaction((tx) => howdah.enqueueMany(tx, jobs));
    const filter = {
      task: 'send_receipt',
      states: ['scheduled'],
      payloadContains: { order_id: '3' },
    } as const;
    assert.deepEqual(
      (await howdah.find(filter)).jobs.map(({ id }) => id),
      [added[2]?.id],
    );
    const first = await howdah.find({ task: 'send_receipt' }, { limit: 2 });
    assert.deepEqual(
      first.jobs.map(({ id }) => id),
      [added[2]?.id, added[1]?.id],
    );
    const next = await howdah.find({}, { limit: 1, beforeId: first.nextBeforeId ?? '' });
    assert.equal(next.jobs[0]?.id, added[0]?.id);
    await assert.rejects(howdah.find({ queue: 'nowhere' }), hasCode('unknown_queue'));
    for (const limit of [0, 201, 1.5, Number.NaN]) {
      await assert.rejects(howdah.find({}, { limit }), {
        code: 'invalid_request',
        message: `limit: expected a whole number 1 to 200, received ${limit}`,
      });
    }
  });

  test('acts on jobs, for whom it says', async () => {
    const { id } = await howdah.enqueueAlone(sendReceipt, order, { delayMs: 60_000 });
    assert.equal((await howdah.explain(id))?.cause, 'scheduled');
    const at = new Date(Date.now() + 3_600_000);
    assert.equal(await howdah.reschedule(id, at), 'scheduled');
    assert.deepEqual((await howdah.get(id))?.runAt, at);
    assert.equal(await howdah.runNow(id), 'available');
    for (const reason of ['a\0', '\ud800']) {
      const refused = { code: 'invalid_request', message: /^reason: expected text without/ };
      await assert.rejects(howdah.cancel(id, { reason }), refused);
      await assert.rejects(howdah.discard(id, { reason }), refused);
      await assert.rejects(howdah.pause('default', { reason }), refused);
    }
    assert.equal(await howdah.cancel(id, { reason: 'paid twice' }), 'cancelled');
    assert.equal((await howdah.get(id))?.lastError, 'paid twice');
    await assert.rejects(howdah.cancel(id), hasCode('wrong_state'));
    assert.equal(await howdah.retry(id), 'available');
    assert.equal(await howdah.discard(id), 'discarded');
    const { rows } = await queue.pool.query(
      'select distinct actor from howdah.audit_log where $1::bigint = any (job_ids)',
      [id],
    );
    assert.deepEqual(rows, [{ actor: 'shop' }]);
  });

  test('takes no condition that is misspelt', async () => {
    const refusal = { code: 'invalid_request', message: 'tasks: there is no such condition' };
    await assert.rejects(howdah.find({ tasks: 'x' } as never), refusal);
  });

  test('refuses what is out of range when it is made', () => {
    const wrong = { tasks: ['./tasks'], actor: '', schema: 'Not One', maxConnections: 0 };
    assert.throws(
      () => createHowdah(wrong as never),
      ({ name, message }: Error) => {
        assert.equal(name, 'TypeError');
        for (const option of ['tasks', 'actor', 'schema'])
          assert.match(message, new RegExp(`${option}: expected`));
        return true;
      },
    );
  });

  test('says what is not there, and what is no id', async () => {
    assert.equal(await howdah.get('999999999'), undefined);
    assert.equal(await howdah.explain('999999999'), undefined);
    await assert.rejects(howdah.cancel('999999999'), hasCode('job_not_found'));
    const { get, explain, wait, cancel, discard, retry, runNow } = howdah;
    for (const call of [get, explain, wait, cancel, discard, retry, runNow])
      for (const [id, received] of [
        ['an order', '"an order"'],
        [undefined, 'nothing'],
        ['9223372036854775808', '"9223372036854775808"'],
      ])
        await assert.rejects(call(id as string), {
          code: 'invalid_request',
          message: `id: expected the id of a job: a positive whole number, received ${received}`,
        });
  });

  test('says what is no option of a call, and no value of one', async () => {
    for (const [call, message] of [
      [
        howdah.wait('1', { timeoutMs: 2 ** 31 }),
        'timeoutMs: expected a whole number 0 to 2147483647, received 2147483648',
      ],
      [howdah.wait('1', { timeout: 5 } as never), 'timeout: there is no such option'],
      [
        howdah.find({}, { beforeId: 'x' }),
        'beforeId: expected the nextBeforeId of another page, received "x"',
      ],
      [howdah.pause('a\0'), 'queue: expected a name, received "a\\u0000"'],
      [
        howdah.setFleetConcurrency('default', undefined as never),
        'runs: expected a whole number from 1, or null for no limit, received nothing',
      ],
      [howdah.cancel('1', { why: 'so' } as never), 'why: there is no such option'],
      [howdah.removeQueue('critical', { forced: true } as never), 'forced: there is no such option'],
      [
        howdah.removeQueue('critical', { force: 'yes' } as never),
        'force: expected true or false, received "yes"',
      ],
    ] as const)
      await assert.rejects(call, { code: 'invalid_request', message });
  });

  test('names an instant that is none', async () => {
    const { id } = await howdah.enqueueAlone(sendReceipt, order, { delayMs: 60_000 });
    for (const at of [new Date(Number.NaN), new Date('+010000-01-01T00:00:00Z'), Object.create(null)]) {
      const refusal = (field: string) => ({
        code: 'invalid_request',
        message: new RegExp(`^${field}: expected a valid Date of the years 1 to 9999, received `),
      });
      await assert.rejects(howdah.reschedule(id, at), refusal('at'));
      await assert.rejects(howdah.find({ createdAfter: at }), refusal('createdAfter'));
    }
  });

  test('pauses and resumes a queue, and shows queues, tasks and workers', async () => {
    assert.equal(await howdah.pause('critical', { reason: 'no mail' }), true);
    assert.equal(await howdah.pause('critical'), false);
    const paused = (await howdah.queues()).find(({ queue }) => queue === 'critical');
    assert.equal(paused?.isPaused, true);
    assert.equal(paused?.pausedBy, 'shop: no mail');
    assert.equal(await howdah.resume('critical'), true);
    assert.equal(await howdah.resume('critical'), false);
    assert.equal(await howdah.setFleetConcurrency('critical', 3), null);
    assert.equal(await howdah.setFleetConcurrency('critical', null), 3);
    await assert.rejects(howdah.pause('nowhere'), hasCode('unknown_queue'));
    assert.deepEqual((await howdah.tasks()).map(({ name }) => name).includes('send_receipt'), true);
    assert.deepEqual(await howdah.workers(), []);
    assert.deepEqual(await howdah.schedules(), []);
  });
});
