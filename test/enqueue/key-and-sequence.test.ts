import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type { EnqueueOptions } from '../../src/enqueue/enqueue-options.ts';
import { completeJob, fetchJob } from '../support/job-states.ts';
import { QueueStage } from '../support/queue-stage.ts';
import { type Session, untilBlocked } from '../support/session.ts';
import { type TestQueue, testTask } from '../support/test-queue.ts';
import { stored } from './enqueue-both-ways.ts';

const works = testTask('works');
const JOBS = 'graphile_worker._private_jobs';

const stage = new QueueStage();
let queue: TestQueue;
before(async () => {
  queue = await stage.open([works, async () => {}]);
});
afterEach(() => stage.clear());
after(() => stage.close());

const put = async (n: number, options: EnqueueOptions = {}, tx?: Session) => {
  const wanted = { key: 'k', sequence: 's', ...options };
  return (await queue.distributor.distribute(tx?.client ?? queue.pool, works, { n }, wanted)).id;
};

/** Another job of the sequence, without the key. */
const add = async (sequence = 's', tx?: Session) =>
  (await queue.distributor.distribute(tx?.client ?? queue.pool, works, {}, { sequence })).id;

const heartbeat = () => queue.pool.query('select howdah.promote_waiting_sequences()');

async function look(id: string): Promise<unknown[]> {
  const { payload, wait_seconds: wait } = await stored(queue, id);
  return [(payload as { n: number }).n, wait === Number.POSITIVE_INFINITY ? 'parked' : wait];
}

describe('the waiting job of a key in a sequence', () => {
  test('is replaced in its place, and goes when its turn has come, at the latest wish', async () => {
    const head = await add();
    const id = await put(1, { delayMs: 60_000 });
    const last = await add();
    assert.equal(await put(2, { delayMs: 30_000, priority: 3 }), id);
    assert.deepEqual(await look(id), [2, 'parked']);
    await completeJob(queue, head);
    assert.deepEqual(await look(id), [2, 30]);
    assert.equal((await stored(queue, id)).priority, 3);
    assert.equal((await stored(queue, last)).wait_seconds, Number.POSITIVE_INFINITY);
    assert.deepEqual((await stored(queue, id)).flags, { howdah: { sequence: 's' } });
  });

  test('keeps its wish with preserve_run_at, and everything with ignore', async () => {
    const head = await add();
    const id = await put(1, { delayMs: 60_000 });
    assert.equal(await put(2, { keyMode: 'preserve_run_at', delayMs: 5_000 }), id);
    assert.equal(await put(3, { keyMode: 'ignore' }), id);
    await completeJob(queue, head);
    assert.deepEqual(await look(id), [2, 60]);
    assert.equal(await put(4, { keyMode: 'preserve_run_at' }), id);
    assert.deepEqual(await look(id), [4, 60]);
  });

  test('that is the head is replaced as the head, not parked behind itself', async () => {
    const id = await put(1, { delayMs: 60_000 });
    const next = await add();
    assert.equal(await put(2), id);
    assert.deepEqual(await look(id), [2, 0]);
    await completeJob(queue, id);
    assert.equal((await stored(queue, next)).wait_seconds === Number.POSITIVE_INFINITY, false);
  });

  test('that waits for a retry starts anew, still ahead of the others', async () => {
    const id = await put(1);
    await add();
    await fetchJob(queue, id);
    await queue.pool.query(
      `update ${JOBS} set last_error = 'no', run_at = now() + interval '1 s', locked_at = null, locked_by = null where id = $1`,
      [id],
    );
    assert.equal(await put(2), id);
    const job = await queue.job(id);
    assert.deepEqual([job.state, job.attempt, job.last_error], ['available', 0, null]);
  });

  test('joins two lists, in its place and when it goes to another sequence', async () => {
    const list = (n: number, options: EnqueueOptions) =>
      queue.pool.query<{ id: string }>(
        `select howdah.enqueue('works', $1, key => 'k', sequence => $2)::text as id`,
        [JSON.stringify([n]), options.sequence],
      );
    await queue.pool.query(`update howdah.tasks set payload_schema = '{}' where name = 'works'`);
    await add();
    await list(1, { sequence: 's' });
    await list(2, { sequence: 's' });
    const { rows } = await list(3, { sequence: 't' });
    assert.deepEqual((await stored(queue, rows[0]?.id ?? '')).payload, [1, 2, 3]);
  });

  test('enqueued into no sequence, or another, is cancelled for a new one, and the next of its sequence goes', async () => {
    for (const options of [{ sequence: 't' }, { sequence: undefined }] as EnqueueOptions[]) {
      const id = await put(1, { delayMs: 60_000 });
      const next = await add();
      const moved = await put(2, { ...options, keyMode: 'preserve_run_at' });
      assert.equal((await queue.job(id)).state, 'cancelled');
      assert.deepEqual(await look(moved), [2, 60]);
      assert.equal((await queue.job(next)).state, 'available');
      await queue.pool.query(`delete from ${JOBS}`);
    }
  });

  test('enqueued into a sequence for the first time goes to its end', async () => {
    const before = await put(1, { sequence: undefined as never });
    const head = await add();
    const id = await put(2);
    assert.equal((await queue.job(before)).state, 'cancelled');
    assert.ok(BigInt(id) > BigInt(head));
    assert.deepEqual(await look(id), [2, 'parked']);
  });

  test('that is ignored leaves nothing of a sequence that it is not in', async () => {
    const id = await put(1);
    assert.equal(await put(2, { sequence: 't', keyMode: 'ignore' }), id);
    const { rows } = await queue.pool.query('select name from howdah.sequences');
    assert.deepEqual(rows, [{ name: 's' }]);
  });

  test('is one for each queue, all in one sequence', async () => {
    const id = await put(1);
    const other = await put(2, { queue: 'critical' });
    assert.deepEqual(
      [await look(id), await look(other)],
      [
        [1, 0],
        [2, 'parked'],
      ],
    );
    await queue.pool.query('delete from graphile_worker_critical._private_jobs');
  });
});

test('a batch has one job for each key, with the latest payload, in the place of the first', async () => {
  const job = (n: number, key: string) => ({ task: works, payload: { n }, options: { key, sequence: 's' } });
  const added = await queue.distributor.distributeMany(queue.pool, [
    job(1, 'a'),
    job(2, 'b'),
    job(3, 'a'),
    job(4, 'b'),
  ]);
  const [a = '', b = '', again, last] = added.map(({ id }) => id);
  assert.deepEqual([again, last], [a, b]);
  assert.deepEqual(await Promise.all([a, b].map(look)), [
    [3, 0],
    [4, 'parked'],
  ]);
});

describe('a running job of the key', () => {
  test('is followed by one waiting job, however often the key is enqueued', async () => {
    const running = await put(1);
    await fetchJob(queue, running);
    const ids = [await put(2), await put(3), await put(4)];
    assert.equal(new Set(ids).size, 1);
    assert.deepEqual(await look(ids[0] ?? ''), [4, 'parked']);
    await completeJob(queue, running);
    assert.deepEqual(await look(ids[0] ?? ''), [4, 0]);
  });

  test('that fails is discarded, as its successor has the later payload, which then goes', async () => {
    const running = await put(1);
    await fetchJob(queue, running);
    const id = await put(2);
    await queue.pool.query(
      `update ${JOBS} set last_error = 'no', run_at = now() + interval '1 s', locked_at = null, locked_by = null where id = $1`,
      [running],
    );
    assert.deepEqual([(await queue.job(running)).state, await look(id)], ['discarded', [2, 0]]);
  });

  test('that ends while its key is enqueued never waits, and the successor goes at once or with a heartbeat', async () => {
    const running = await put(1);
    await fetchJob(queue, running);
    const enqueueing = await stage.session();
    await add('s', enqueueing); // holds the sequence, not the job
    const ending = await stage.session();
    await ending.run(`set local lock_timeout = '1s'`);
    await ending.run(`delete from ${JOBS} where id = $1`, [running]);
    await ending.end('commit');
    const id = await put(2, {}, enqueueing);
    await enqueueing.end('commit');
    await heartbeat();
    const { rows } = await queue.pool.query(
      `select count(*)::int as free from ${JOBS} where isfinite(run_at)`,
    );
    assert.deepEqual([(await look(id))[0], rows[0].free], [2, 1]);
  });

  test('whose end is not committed yet makes the enqueue wait, and then needs no follower', async () => {
    const running = await put(1);
    await fetchJob(queue, running);
    const ending = await stage.session();
    await ending.run(`delete from ${JOBS} where id = $1`, [running]);
    const waiting = put(2);
    await untilBlocked(queue.pool, 1);
    await ending.end('commit');
    assert.deepEqual(await look(await waiting), [2, 0]);
  });
});

describe('of two transactions with the same key and sequence, the second', () => {
  test('waits for the first, and replaces its job', async () => {
    const head = await add();
    const first = await stage.session();
    const id = await put(1, {}, first);
    const waiting = put(2);
    await untilBlocked(queue.pool, 1);
    await first.end('commit');
    assert.equal(await waiting, id);
    assert.deepEqual(await look(id), [2, 'parked']);
    await completeJob(queue, head);
    assert.deepEqual(await look(id), [2, 0]);
  });

  test('with another sequence waits too, and moves it', async () => {
    const first = await stage.session();
    const id = await put(1, {}, first);
    const waiting = put(2, { sequence: 't' });
    await untilBlocked(queue.pool, 1);
    await first.end('commit');
    assert.notEqual(await waiting, id);
    assert.equal((await queue.job(id)).state, 'cancelled');
  });

  test('whose snapshot is older is told to try again', async () => {
    const old = await stage.session('repeatable read');
    await old.run('select 1');
    await put(1);
    await assert.rejects(put(2, {}, old), { code: '40001' });
  });
});

describe('the engine’s own add_job, which knows nothing of sequences,', () => {
  const tick = (n: number, mode: string) =>
    queue.pool.query(
      `select graphile_worker.add_job('works', json_build_object('n', $1::int), run_at => now() + interval '40 s',
         job_key => 'howdah:works:k', job_key_mode => $2)`,
      [n, mode],
    );

  test('replaces a job in its place', async () => {
    const head = await add();
    const id = await put(1, { delayMs: 60_000 });
    await tick(2, 'preserve_run_at');
    assert.deepEqual(await look(id), [2, 'parked']);
    await tick(3, 'replace');
    assert.deepEqual(await look(id), [3, 'parked']);
    await completeJob(queue, head);
    assert.deepEqual(await look(id), [3, 40]);
    await tick(4, 'replace');
    assert.deepEqual((await stored(queue, id)).flags, { howdah: { sequence: 's' } });
  });

  test('leaves a wish alone with preserve_run_at, and everything with unsafe_dedupe', async () => {
    const head = await add();
    const id = await put(1, { delayMs: 60_000 });
    await tick(2, 'preserve_run_at');
    await tick(3, 'unsafe_dedupe');
    await completeJob(queue, head);
    assert.deepEqual(await look(id), [2, 60]);
  });
});

describe('while an enqueue that replaces the next job is open', () => {
  test('the end of the head does not wait, and a heartbeat lets the new one go with its payload', async () => {
    const head = await add();
    const id = await put(1);
    const replacing = await stage.session();
    await put(2, {}, replacing);
    const ending = await stage.session();
    await ending.run(`set local lock_timeout = '1s'`);
    await ending.run(`delete from ${JOBS} where id = $1`, [head]);
    await ending.end('commit');
    await heartbeat();
    await replacing.end('commit');
    assert.deepEqual(await look(id), [2, 'parked']);
    await heartbeat();
    assert.deepEqual(await look(id), [2, 0]);
  });

  test('and is rolled back, the old one goes', async () => {
    const head = await add();
    const id = await put(1);
    const replacing = await stage.session();
    await put(2, {}, replacing);
    await completeJob(queue, head);
    await replacing.end('rollback');
    await heartbeat();
    assert.deepEqual(await look(id), [1, 0]);
  });
});
