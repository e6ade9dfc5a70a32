import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { announceTasks } from '../../src/enqueue/announce-tasks.ts';
import { createCatalogue } from '../../src/tasks/catalogue.ts';
import { completeJob, fetchJob } from '../support/job-states.ts';
import { QueueStage } from '../support/queue-stage.ts';
import { type Session, untilBlocked } from '../support/session.ts';
import { type TestQueue, testTask } from '../support/test-queue.ts';
import { stored, WAYS } from './enqueue-both-ways.ts';

const works = testTask('works');
const other = testTask('other');
const JOBS = 'graphile_worker._private_jobs';

const stage = new QueueStage();
let queue: TestQueue;
before(async () => {
  queue = await stage.open([works, async () => {}], [other, async () => {}]);
});
afterEach(() => stage.clear());
after(() => stage.close());

const put = async (n: number, { task = works, tx = undefined as Session | undefined } = {}) => {
  const { id } = await queue.distributor.distribute(tx?.client ?? queue.pool, task, { n }, { key: 'k' });
  return id;
};

/** As a program that speaks to graphile-worker alone does it. */
async function addRaw(task: string, n: number, tx?: Session): Promise<string> {
  const { rows } = await (tx?.client ?? queue.pool).query<{ id: string }>(
    `select id::text from graphile_worker.add_job($1, json_build_object('n', $2::integer), job_key => 'k')`,
    [task, n],
  );
  return rows[0]?.id ?? '';
}

const engineKey = async (id: string) =>
  (await queue.pool.query(`select key from ${JOBS} where id = $1`, [id])).rows[0]?.key;

describe('a key of a task', () => {
  for (const [way, enqueue] of Object.entries(WAYS)) {
    test(`leaves another task's job alone, enqueued through ${way}`, async () => {
      const options = { key: 'k' };
      const id = await enqueue(queue, queue.pool, { task: works, payload: { n: 1 }, options });
      const next = await enqueue(queue, queue.pool, { task: other, payload: { n: 2 }, options });
      assert.notEqual(next, id);
      assert.deepEqual([(await queue.job(id)).task, (await queue.job(next)).task], ['works', 'other']);
      assert.deepEqual((await stored(queue, id)).payload, { n: 1 });
    });
  }

  test('that is as long as it may be fits the engine with the longest name of a task', async () => {
    const task = testTask('t'.repeat(128));
    await announceTasks(queue.pool, createCatalogue([task]));
    const key = '🐘'.repeat(376);
    const { id } = await queue.distributor.distribute(queue.pool, task, {}, { key });
    assert.equal((await stored(queue, id)).key, key);
  });

  test('is not one with a key of the same words that the engine alone was given later', async () => {
    const id = await put(1);
    const raw = await addRaw('works', 2);
    assert.notEqual(raw, id);
    assert.deepEqual([await engineKey(id), await engineKey(raw)], ['howdah:works:k', 'k']);
    assert.equal(await addRaw('other', 3), raw, 'as the engine means it: one for all tasks');
  });

  test('finds a job of its task that has the key from before keys belonged to tasks', async () => {
    const before = await addRaw('works', 1);
    assert.equal(await put(2), before);
    assert.deepEqual(
      [await engineKey(before), (await stored(queue, before)).payload],
      ['howdah:works:k', { n: 2 }],
    );
  });

  test('leaves a job of another task that has the key from before alone', async () => {
    const before = await addRaw('other', 1);
    assert.notEqual(await put(2), before);
    assert.equal(await engineKey(before), 'k');
  });

  test('finds one from before that runs, and lets go of it', async () => {
    const before = await addRaw('works', 1);
    await fetchJob(queue, before);
    const next = await put(2);
    assert.notEqual(next, before);
    assert.deepEqual([await engineKey(before), (await queue.job(before)).max_attempts], [null, 1]);
  });

  test('is retried from the history as the key of its task, or of the engine, whose it was', async () => {
    const [id, raw] = [await put(1), await addRaw('other', 1)];
    for (const each of [id, raw]) await completeJob(queue, each);
    const { rows } = await queue.pool.query('select key from howdah.jobs order by id');
    assert.deepEqual(rows, [{ key: 'k' }, { key: 'k' }]);
    for (const each of [id, raw]) await queue.pool.query('select howdah.retry_job($1)', [each]);
    assert.deepEqual([await engineKey(id), await engineKey(raw)], ['howdah:works:k', 'k']);
  });

  test('is not retried from the history beside another job that has it, from before as well', async () => {
    const id = await put(1);
    await completeJob(queue, id);
    await addRaw('works', 2);
    await assert.rejects(queue.pool.query('select howdah.retry_job($1)', [id]), { code: 'HWSTA' });
    assert.equal(await put(3), (await queue.pool.query(`select id from ${JOBS}`)).rows[0].id);
    await assert.rejects(queue.pool.query('select howdah.retry_job($1)', [id]), { code: 'HWSTA' });
  });
});

describe('of two transactions that enqueue one key, the second', () => {
  test('waits for the first and replaces its job', async () => {
    const first = await stage.session();
    const id = await put(1, { tx: first });
    const waiting = put(2);
    await untilBlocked(queue.pool, 1);
    await first.end('commit');
    assert.equal(await waiting, id);
    assert.deepEqual((await stored(queue, id)).payload, { n: 2 });
  });

  test('makes its own when the first rolls back', async () => {
    const first = await stage.session();
    const id = await put(1, { tx: first });
    const waiting = put(2);
    await untilBlocked(queue.pool, 1);
    await first.end('rollback');
    assert.notEqual(await waiting, id);
  });

  test('replaces the successor when the first let go of a running job', async () => {
    const running = await put(1);
    await fetchJob(queue, running);
    const first = await stage.session();
    const id = await put(2, { tx: first });
    const waiting = put(3);
    await untilBlocked(queue.pool, 1);
    await first.end('commit');
    assert.equal(await waiting, id);
    assert.deepEqual(
      [(await stored(queue, running)).key, (await stored(queue, id)).payload],
      [null, { n: 3 }],
    );
  });

  test('is told to try again when it could not see the first', async () => {
    const old = await stage.session('repeatable read');
    await old.run('select 1');
    await put(1);
    await assert.rejects(put(2, { tx: old }), { code: '40001' });
  });

  test('finds the same one when both find a job from before', async () => {
    const before = await addRaw('works', 1);
    const first = await stage.session();
    assert.equal(await put(2, { tx: first }), before);
    const waiting = put(3);
    await untilBlocked(queue.pool, 1);
    await first.end('commit');
    assert.equal(await waiting, before);
  });
});

describe('a job that a worker takes', () => {
  const take = (tx: Session, id: string) =>
    tx.run(`update ${JOBS} set locked_at = now(), locked_by = 'w', attempts = 1 where id = $1`, [id]);

  test('while its key is enqueued is let go of, and a new one follows', async () => {
    const id = await put(1);
    const worker = await stage.session();
    await take(worker, id);
    const waiting = put(2);
    await untilBlocked(queue.pool, 1);
    await worker.end('commit');
    const next = await waiting;
    assert.notEqual(next, id);
    assert.deepEqual([(await stored(queue, id)).key, (await stored(queue, next)).key], [null, 'k']);
  });

  test('after its key was enqueued has the new payload', async () => {
    const id = await put(1);
    const enqueueing = await stage.session();
    assert.equal(await put(2, { tx: enqueueing }), id);
    const worker = await stage.session();
    const { rows } = await worker.client.query(`select from ${JOBS} for update skip locked`);
    assert.equal(rows.length, 0, 'a fetch passes over it meanwhile');
    await enqueueing.end('commit');
    await take(worker, id);
    await worker.end('commit');
    assert.deepEqual((await stored(queue, id)).payload, { n: 2 });
  });
});
