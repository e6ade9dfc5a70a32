import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { drizzle } from 'drizzle-orm/node-postgres';
import { z } from 'zod';
import type { EnqueueOptions } from '../../src/enqueue/enqueue-options.ts';
import { HowdahError } from '../../src/errors.ts';
import { defineTask } from '../../src/tasks/define-task.ts';
import { openSession, untilBlocked } from '../support/session.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { stored } from './enqueue-both-ways.ts';

/** A fifth of what two cores did with others at work on them (25,000 to 42,000). */
const MIN_JOBS_PER_SECOND = 5_000;

const works = testTask('works', { maxRetries: 7 });
const other = testTask('other', { queue: 'critical' });
const strict = defineTask({ name: 'strict', payload: z.strictObject({ n: z.number() }) });

let queue: TestQueue;
before(async () => {
  queue = await openTestQueue([
    [works, async () => {}],
    [other, async () => {}],
    [testTask('strict'), async () => {}],
  ]);
});
afterEach(async () => {
  await queue.pool.query('delete from graphile_worker._private_jobs');
  await queue.pool.query('delete from graphile_worker_critical._private_jobs');
});
after(() => queue.close());

async function liveCount(): Promise<number> {
  const { rows } = await queue.pool.query<{ count: number }>(
    `select (select count(*) from graphile_worker._private_jobs)::integer
            + (select count(*) from graphile_worker_critical._private_jobs)::integer as count`,
  );
  return rows[0]?.count ?? 0;
}

const plain = (count: number) => Array.from({ length: count }, (_, n) => ({ task: works, payload: { n } }));

describe('a batch', () => {
  test(`of 10,000 takes one call and is at least ${MIN_JOBS_PER_SECOND} jobs/s fast`, async (t) => {
    const speeds = [];
    for (let round = 0; round < 3; round++) {
      const startedAt = performance.now();
      const jobs = await queue.distributor.distributeMany(queue.pool, plain(10_000));
      speeds.push(Math.round(10_000 / ((performance.now() - startedAt) / 1_000)));
      assert.equal(new Set(jobs.map(({ id }) => id)).size, 10_000);
    }
    assert.equal(await liveCount(), 30_000);
    const perSecond = Math.max(...speeds);
    t.diagnostic(`${speeds.join(', ')} jobs/s; the promise for an idle machine is 20,000`);
    assert.ok(perSecond >= MIN_JOBS_PER_SECOND, `${perSecond} jobs/s`);
  });

  test('returns its jobs in the order given, whatever their queues, tasks and options', async () => {
    const options: EnqueueOptions[] = [
      {},
      { queue: 'critical' },
      { delayMs: 60_000 },
      { priority: 3 },
      { timeoutMs: 10 },
      { headers: { a: 'b' } },
      { uniqueKey: 'u' },
      { sequence: 's' },
      { key: 'k' },
      { maxRetries: 1 },
      {},
    ];
    const jobs = [works, other, works].flatMap((task, round) =>
      options.map((entry, index) => {
        const unique = entry.uniqueKey || entry.key ? { [entry.key ? 'key' : 'uniqueKey']: `${round}` } : {};
        return { task, payload: { index: index % 3 }, options: { ...entry, ...unique } };
      }),
    );
    const added = await queue.distributor.distributeMany(queue.pool, jobs);
    assert.equal(added.length, jobs.length);
    for (const [index, { task, payload, options }] of jobs.entries()) {
      const { id, ...rest } = added[index] ?? assert.fail();
      const job = await stored(queue, id);
      const expectedQueue = options.queue ?? task.queue;
      assert.deepEqual([rest.task, rest.queue, job.queue], [task.name, expectedQueue, expectedQueue]);
      assert.deepEqual(job.payload, payload);
      assert.deepEqual([job.priority, job.key], [options.priority ?? 0, options.key ?? null]);
      assert.equal(job.max_attempts, (options.maxRetries ?? task.maxRetries) + 1);
      const howdah = (job.flags?.['howdah'] ?? {}) as { timeout_ms?: number; headers?: object };
      assert.deepEqual([howdah.timeout_ms, howdah.headers], [options.timeoutMs, options.headers]);
      if (options.delayMs) assert.equal(job.wait_seconds, 60);
    }
  });

  test('keeps the order of a sequence', async () => {
    const jobs = Array.from({ length: 20 }, (_, n) => ({
      task: works,
      payload: { n },
      options: { sequence: 's' },
    }));
    const ids = (await queue.distributor.distributeMany(queue.pool, jobs)).map(({ id }) => BigInt(id));
    assert.deepEqual(
      ids,
      ids.toSorted((a, b) => (a < b ? -1 : 1)),
    );
  });

  for (const option of ['key', 'uniqueKey'] as const) {
    test(`takes each ${option} in one order, so that no two batches wait for each other`, async () => {
      const put = (keys: string[], tx: Parameters<typeof queue.distributor.distributeMany>[0] = queue.pool) =>
        queue.distributor.distributeMany(
          tx,
          keys.map((key) => ({ task: works, payload: { key }, options: { [option]: key } })),
        );
      const held = await openSession(queue.pool);
      await put(['m'], held.client);
      const forwards = put(['a', 'm', 'z']);
      await untilBlocked(queue.pool, 1);
      const backwards = put(['z', 'm', 'a']);
      await untilBlocked(queue.pool, 2);
      const ended = Promise.allSettled([forwards, backwards]);
      await held.end('rollback');
      await ended;
      const ids = (await forwards).map(({ id }) => id);
      if (option === 'uniqueKey') return assert.rejects(backwards, { code: 'duplicate_job' });
      assert.deepEqual((await backwards).map(({ id }) => id).reverse(), ids);
    });
  }

  test('exists if and only if the transaction commits', async () => {
    const tx = await openSession(queue.pool);
    await queue.distributor.distributeMany(tx.client, plain(3));
    await tx.end('rollback');
    assert.equal(await liveCount(), 0);
    await drizzle(queue.pool).transaction((drizzleTx) =>
      queue.distributor.distributeMany(drizzleTx, plain(3)),
    );
    assert.equal(await liveCount(), 3);
  });

  test('of none writes nothing', async () => {
    assert.deepEqual(await queue.distributor.distributeMany(queue.pool, []), []);
    const { rows } = await queue.pool.query(`select * from howdah.enqueue_jobs('[]')`);
    assert.deepEqual(rows, []);
  });
});

describe('a batch with a mistake is refused whole', () => {
  const refused = async (
    jobs: { task: typeof works; payload: object; options?: EnqueueOptions }[],
    expected: object,
  ) => {
    await assert.rejects(queue.distributor.distributeMany(queue.pool, jobs), {
      name: 'HowdahError',
      ...expected,
    });
    assert.equal(await liveCount(), 0);
  };

  test('when it is too long', () =>
    refused(plain(10_001), { message: 'jobs: expected at most 10000 jobs, received 10001' }));

  test('when an option is out of range, naming the job', () =>
    refused([...plain(2), { task: works, payload: {}, options: { priority: 0.5 } }], {
      code: 'invalid_options',
      message: 'jobs[2].priority: expected a whole number -32768 to 32767, received 0.5',
    }));

  test('when a payload does not fit, naming the job and not the value', async () => {
    const jobs = [
      { task: strict, payload: { n: 1 } },
      { task: strict, payload: { n: 'secret' as unknown as number } },
    ];
    await assert.rejects(queue.distributor.distributeMany(queue.pool, jobs), (error) => {
      assert.ok(error instanceof HowdahError);
      assert.deepEqual([error.code, error.fields[0]?.field], ['invalid_payload', 'jobs[1].payload.n']);
      assert.ok(!error.message.includes('secret'));
      return true;
    });
    assert.equal(await liveCount(), 0);
  });

  test('when a task or queue is unknown, naming the job', async () => {
    await refused([...plain(1), { task: testTask('missing'), payload: {} }], {
      code: 'unknown_task',
      message: /^jobs\[1\]: unknown task "missing" \(Tasks here: /,
    });
    await refused(
      [...plain(1), { task: works, payload: {}, options: { queue: 'nowhere', uniqueKey: 'a' } }],
      {
        code: 'unknown_queue',
        message: /^jobs\[1\]: unknown queue "nowhere" \(Queues here: /,
      },
    );
  });
});

describe('howdah.enqueue_jobs', () => {
  const enqueueJobs = (jobs: unknown, how = 'raise') =>
    queue.pool.query('select * from howdah.enqueue_jobs($1, $2)', [JSON.stringify(jobs), how]);

  test('takes what is left out from the task, and returns the index of each', async () => {
    const { rows } = await enqueueJobs([{ task: 'other' }, { task: 'works', payload: { a: 1 } }]);
    const seen = rows.map((row) => [row.job_index, row.job_queue, row.job_max_retries, row.is_duplicate]);
    assert.deepEqual(seen, [
      [0, 'critical', 25, false],
      [1, 'default', 7, false],
    ]);
  });

  for (const [jobs, message] of [
    [{}, /^jobs: expected an array of at most 10000 objects, received object$/],
    [[1], /^jobs\[0\]: expected an object, received number$/],
    [
      [{ task: 'works', prio: 1 }],
      /^jobs\[0\]\.prio: expected an option of howdah\.enqueue, received an unknown name$/,
    ],
    [
      [{ task: 'works' }, { task: 'works', priority: 'high' }],
      /^jobs\[1\]\.priority: expected integer, received "high"$/,
    ],
    [[{ task: 'works', delay: '3 parsecs' }], /^jobs\[0\]\.delay: expected interval, received "3 parsecs"$/],
    [
      [{ task: 'works', run_at: '2031-05-01', delay: '1 s', max_retries: -1 }],
      /^jobs\[0\]\.run_at: .*; jobs\[0\]\.max_retries: /,
    ],
  ] as const) {
    test(`refuses ${JSON.stringify(jobs)} in words`, async () => {
      await assert.rejects(enqueueJobs(jobs), { code: 'HWOPT', message });
    });
  }

  test('refuses a duplicate with its index and holder, raised or returned', async () => {
    const { rows } = await enqueueJobs([{ task: 'works', unique_key: 'a' }]);
    const holder = rows[0].job_id;
    const jobs = [{ task: 'works' }, { task: 'works', unique_key: 'a' }];
    await assert.rejects(enqueueJobs(jobs), {
      code: 'HWDUP',
      message: `jobs[1]: duplicate: job ${holder} of queue "default" holds this unique key`,
      detail: `{"job_index" : 1, "job_id" : ${holder}, "queue" : "default"}`,
    });
    const { rows: returned } = await enqueueJobs(jobs, 'return');
    assert.deepEqual(
      returned.map((row) => [row.job_index, row.job_id, row.is_duplicate]),
      [[1, holder, true]],
    );
    assert.equal(await liveCount(), 1);
    await assert.rejects(enqueueJobs(jobs, 'skip'), /on_duplicate: expected raise or return, received skip/);
  });
});
