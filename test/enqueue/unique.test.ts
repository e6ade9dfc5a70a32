import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type { EnqueueOptions } from '../../src/enqueue/enqueue-options.ts';
import { HowdahError } from '../../src/errors.ts';
import { QueueStage } from '../support/queue-stage.ts';
import { untilBlocked } from '../support/session.ts';
import { type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';
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

const add = (options: EnqueueOptions, { task = works, payload = {} } = {}) =>
  queue.distributor.distribute(queue.pool, task, payload, options);

const isDuplicateOf = (id: string, index?: number) => (error: unknown) => {
  assert.ok(error instanceof HowdahError, String(error));
  assert.deepEqual([error.code, error.status], ['duplicate_job', 409]);
  assert.deepEqual(error.details, { jobId: id, queue: 'default', ...(index === undefined ? {} : { index }) });
  assert.ok(error.message.includes(`Job ${id} `));
  return true;
};

describe('a second job with a unique key', () => {
  test('is refused with the holder by every way to enqueue', async () => {
    const { id } = await add({ uniqueKey: 'a' });
    const request = { task: works, options: { uniqueKey: 'a' } };
    await assert.rejects(WAYS.typeScript(queue, queue.pool, request), isDuplicateOf(id));
    await assert.rejects(WAYS.batch(queue, queue.pool, request), isDuplicateOf(id, 0));
    await assert.rejects(WAYS.sql(queue, queue.pool, request), {
      code: 'HWDUP',
      message: `duplicate: job ${id} of queue "default" holds this unique key`,
      detail: `{"job_id" : ${id}, "queue" : "default"}`,
    });
  });

  test('leaves the transaction usable, alone and in a batch, and writes nothing of the batch', async () => {
    const { id } = await add({ uniqueKey: 'a' });
    const tx = await stage.session();
    await assert.rejects(
      queue.distributor.distribute(tx.client, works, {}, { uniqueKey: 'a' }),
      isDuplicateOf(id),
    );
    const batch = [
      { task: works, payload: {} },
      { task: works, payload: {}, options: { uniqueKey: 'a' } },
    ];
    await assert.rejects(queue.distributor.distributeMany(tx.client, batch), isDuplicateOf(id, 1));
    const { id: third } = await queue.distributor.distribute(tx.client, works, {});
    await tx.end('commit');
    const { rows } = await queue.pool.query(`select id from ${JOBS} order by id`);
    assert.deepEqual(rows, [{ id }, { id: third }]);
  });

  test('is refused within the transaction and the batch of the first', async () => {
    const tx = await stage.session();
    const { id } = await queue.distributor.distribute(tx.client, works, {}, { uniqueKey: 'a' });
    await assert.rejects(
      queue.distributor.distribute(tx.client, works, {}, { uniqueKey: 'a' }),
      isDuplicateOf(id),
    );
    const twice = [1, 2].map(() => ({ task: works, payload: {}, options: { uniqueKey: 'b' } }));
    await assert.rejects(queue.distributor.distributeMany(tx.client, twice), { code: 'duplicate_job' });
  });

  test('is one across queues, and another for another task', async () => {
    const { id } = await add({ uniqueKey: 'a' });
    await assert.rejects(add({ uniqueKey: 'a', queue: 'critical' }), isDuplicateOf(id));
    assert.ok(await add({ uniqueKey: 'a' }, { task: other }));
  });

  test('does not make the end of its holder wait, however long its transaction stays open', async () => {
    const { id } = await add({ uniqueKey: 'a' });
    const refused = await stage.session();
    await assert.rejects(
      queue.distributor.distribute(refused.client, works, {}, { uniqueKey: 'a' }),
      isDuplicateOf(id),
    );
    const ending = await stage.session();
    await ending.run(`set local lock_timeout = '1s'`);
    await ending.run(`delete from ${JOBS} where id = $1`, [id]);
    await ending.end('commit');
    assert.ok(await add({ uniqueKey: 'a' }));
  });
});

describe('without a unique key, uniqueForMs', () => {
  test('compares queue, task and the canonical payload', async () => {
    const unique = { uniqueForMs: 60_000 };
    const { id } = await add(unique, { payload: { a: 1, b: { c: 2, d: 3 } } });
    await assert.rejects(add(unique, { payload: { b: { d: 3, c: 2 }, a: 1 } }), isDuplicateOf(id));
    assert.ok(await add(unique, { payload: { a: 2 } }));
    assert.ok(await add(unique, { task: other, payload: { a: 1, b: { c: 2, d: 3 } } }));
    assert.ok(await add({ ...unique, queue: 'critical' }, { payload: { a: 1, b: { c: 2, d: 3 } } }));
  });
});

describe('of two transactions with one unique key', () => {
  for (const isolation of ['read committed', 'repeatable read']) {
    test(`the second waits, and is refused when the first commits (${isolation})`, async () => {
      const [first, second] = [await stage.session(isolation), await stage.session(isolation)];
      await second.run('select 1');
      const { id } = await queue.distributor.distribute(first.client, works, {}, { uniqueKey: 'a' });
      const waiting = queue.distributor.distribute(second.client, works, {}, { uniqueKey: 'a' });
      const refusal = assert.rejects(
        waiting,
        isolation === 'read committed' ? isDuplicateOf(id) : { code: '40001' },
      );
      await untilBlocked(queue.pool, 1);
      await first.end('commit');
      await refusal;
    });

    test(`the second waits, and gets the key when the first rolls back (${isolation})`, async () => {
      const [first, second] = [await stage.session(isolation), await stage.session(isolation)];
      await second.run('select 1');
      await queue.distributor.distribute(first.client, works, {}, { uniqueKey: 'a' });
      const waiting = queue.distributor.distribute(second.client, works, {}, { uniqueKey: 'a' });
      await untilBlocked(queue.pool, 1);
      await first.end('rollback');
      const { id } = await waiting;
      await second.end('commit');
      assert.equal((await stored(queue, id)).id, id);
      await assert.rejects(add({ uniqueKey: 'a' }), isDuplicateOf(id));
    });
  }

  for (const first of ['a batch', 'a single job']) {
    test(`and one sequence, ${first} that waits for the turn before the other has both`, async () => {
      const options = { uniqueKey: 'a', sequence: 's' };
      await add({ sequence: 's' });
      const turn = await stage.session();
      await turn.run(`select from howdah.sequences where name = 's' for update`);
      const enqueue = [
        () => add(options),
        async () =>
          (await queue.distributor.distributeMany(queue.pool, [{ task: works, payload: {}, options }]))[0],
      ];
      const ways = first === 'a batch' ? enqueue.toReversed() : enqueue;
      const asked: Promise<unknown>[] = [];
      for (const way of ways) {
        asked.push(way().catch((error: unknown) => error));
        await untilBlocked(queue.pool, asked.length);
      }
      await turn.end('commit');
      const [winner, refused] = await Promise.all(asked);
      isDuplicateOf((winner as { id: string }).id, first === 'a batch' ? undefined : 0)(refused);
    });
  }

  test('and one sequence, who is refused the key does not keep the turn', async () => {
    const { id } = await add({ uniqueKey: 'a' });
    await add({ sequence: 's' });
    const refused = await stage.session();
    await assert.rejects(
      queue.distributor.distribute(refused.client, works, {}, { uniqueKey: 'a', sequence: 's' }),
      isDuplicateOf(id),
    );
    const next = await stage.session();
    await next.run(`set local lock_timeout = '1s'`);
    await queue.distributor.distribute(next.client, works, {}, { sequence: 's' });
  });

  test('one takes over a key left behind, and the other is refused', async () => {
    await add({ uniqueKey: 'a' });
    await queue.pool.query(`truncate ${JOBS}`);
    const [first, second] = [await stage.session(), await stage.session()];
    const { id } = await queue.distributor.distribute(first.client, works, {}, { uniqueKey: 'a' });
    const refusal = assert.rejects(
      queue.distributor.distribute(second.client, works, {}, { uniqueKey: 'a' }),
      isDuplicateOf(id),
    );
    await untilBlocked(queue.pool, 1);
    await first.end('commit');
    await refusal;
  });

  test('exactly one takes over a key left behind, also when both saw it so', async () => {
    await add({ uniqueKey: 'a' });
    await queue.pool.query(`truncate ${JOBS}`);
    const looking = await stage.session();
    await looking.run(`lock table ${JOBS} in access exclusive mode`); // both read the lock, then wait to look for its job
    const both = Promise.allSettled([add({ uniqueKey: 'a' }), add({ uniqueKey: 'a' })]);
    await untilBlocked(queue.pool, 2);
    await looking.end('commit');
    assert.deepEqual((await both).map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  });

  test('an end that is not committed yet still refuses, by waiting for it', async () => {
    const { id } = await add({ uniqueKey: 'a' });
    const ending = await stage.session();
    await ending.run(`delete from ${JOBS} where id = $1`, [id]);
    const waiting = add({ uniqueKey: 'a' });
    await untilBlocked(queue.pool, 1);
    await ending.end('commit');
    assert.notEqual((await waiting).id, id);
  });
});

/** Every end a job can have, as what the engine, an operator or an accident does to its row. */
const ENDS: Record<string, string> = {
  'is completed': `with held as (select id from ${JOBS} where id = $1) delete from ${JOBS} where id in (select id from held)`,
  'is discarded': `select graphile_worker.permanently_fail_jobs(array[$1::bigint], 'no')`,
  'is completed through complete_jobs': `select graphile_worker.complete_jobs(array[$1::bigint])`,
  'is cancelled by an operator': 'select howdah.cancel_job($1)',
  'is discarded by an operator': 'select howdah.discard_job($1)',
  'fails for the last time': `update ${JOBS} set attempts = max_attempts where id = $1`,
  'is deleted with its whole table, without triggers': `truncate ${JOBS} -- $1`,
  'loses its settings': `update ${JOBS} set flags = null where id = $1`,
};

describe('a unique key is free again when its job', () => {
  for (const [name, statement] of Object.entries(ENDS)) {
    test(name, async () => {
      const { id } = await add({ uniqueKey: 'a' });
      await queue.pool.query(statement, statement.endsWith('-- $1') ? [] : [id]);
      assert.notEqual((await add({ uniqueKey: 'a' })).id, id);
    });
  }

  test('is completed with a retention of 0', async () => {
    const { id } = await add({ uniqueKey: 'a', retentionMs: 0 });
    await queue.pool.query(`delete from ${JOBS} where id = $1`, [id]);
    assert.ok(await add({ uniqueKey: 'a' }));
    const { rows } = await queue.pool.query('select from howdah.unique_locks where job_id = $1', [id]);
    assert.equal(rows.length, 0);
  });

  test('outlives uniqueForMs: the next gets the key, and the end of the first does not free it', async () => {
    const { id } = await add({ uniqueKey: 'a', uniqueForMs: 60_000 });
    await assert.rejects(add({ uniqueKey: 'a' }), isDuplicateOf(id));
    await queue.pool.query(`update howdah.unique_locks set expires_at = now() - interval '1 ms'`);
    const { id: second } = await add({ uniqueKey: 'a' });
    await queue.pool.query(`delete from ${JOBS} where id = $1`, [id]);
    await assert.rejects(add({ uniqueKey: 'a' }), isDuplicateOf(second));
  });

  test('was waited for by uniqueForMs alone', async () => {
    await add({ uniqueForMs: 1 });
    await waitFor('a millisecond to pass', () => add({ uniqueForMs: 1 }).catch(() => undefined));
  });

  test('ends while somebody takes the expired key over, without waiting for them', async () => {
    const { id } = await add({ uniqueKey: 'a' });
    await queue.pool.query(`update howdah.unique_locks set expires_at = now() - interval '1 ms'`);
    const taker = await stage.session();
    await queue.distributor.distribute(taker.client, works, {}, { uniqueKey: 'a' });
    const ending = await stage.session();
    await ending.run(`set local lock_timeout = '1s'`);
    await ending.run(`delete from ${JOBS} where id = $1`, [id]);
    await ending.end('commit');
    await taker.end('rollback');
    assert.ok(await add({ uniqueKey: 'a' }));
  });

  test('was in a queue that is gone', async () => {
    await queue.pool.query(
      `insert into howdah.unique_locks (hash, job_id, queue)
       values (sha256(convert_to('["key", "works", "gone"]', 'UTF8')), 1, 'gone')`,
    );
    assert.ok(await add({ uniqueKey: 'gone' }));
  });
});
