import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, afterEach, before, describe, test } from 'node:test';
import { RetryAfter } from '../../src/tasks/outcomes.ts';
import type { TaskProcessor } from '../../src/work/processor.ts';
import { arm, FAULTS, hasStruck, installFaults, type Stage } from '../support/faults.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

const works = testTask('works');
const failsOnce = testTask('fails_once');
const waits = testTask('waits');

let queue: TestQueue;
let runs: Map<string, number>;
let letGo = Promise.withResolvers<void>();

before(async () => {
  runs = new Map();
  queue = await openTestQueue([
    [works, async (_, { job }) => count(job.id)],
    [
      failsOnce,
      async (_, { job }) => {
        count(job.id);
        if (job.attempt === 1) throw new RetryAfter(0, 'not yet');
      },
    ],
    [
      waits,
      async (_, { job }) => {
        count(job.id);
        await letGo.promise;
      },
    ],
  ]);
  await installFaults(queue.pool);
});

after(() => queue.close());

describe('one fault, once, loses nothing and leaves the worker working:', () => {
  let processor: TaskProcessor;

  before(async () => {
    processor = await queue.start();
  });

  after(() => processor.stop(1_000));

  for (const stage of ['fetch', 'complete', 'fail', 'history', 'heartbeat'] satisfies Stage[]) {
    for (const fault of FAULTS) {
      test(`${fault} at ${stage}`, async () => {
        await arm(queue.pool, stage, fault);
        const ids = await enqueue(10, stage === 'fail' ? failsOnce : works);
        await waitFor('the fault to strike', () => hasStruck(queue.pool));
        await untilCompleted(ids);
        await untilCompleted(await enqueue(5, works));
      });
    }
  }

  for (const fault of FAULTS) {
    test(`${fault} at rescue`, async () => {
      await arm(queue.pool, 'rescue', fault);
      const [id = ''] = await enqueueHeldByDead();
      await untilCompleted([id]);
      assert.ok(await hasStruck(queue.pool));
    });
  }

  test('the listening session is ended', async () => {
    await endListening();
    const startedAt = performance.now();
    await untilCompleted(await enqueue(5, works));
    assert.ok(performance.now() - startedAt < 5_000);
  });
});

test('a runner that left by itself is replaced within a second, however long its runs last', async () => {
  letGo = Promise.withResolvers();
  const processor = await queue.start(2);
  const [long = ''] = await enqueue(1, waits);
  await waitFor('the long job to run', () => runs.has(long));
  const replaced = once(queue.events, 'runner.started');
  const struckAt = performance.now();
  await endListening();
  const [short = ''] = await enqueue(1, works);
  await replaced;
  const replacedMs = performance.now() - struckAt;
  assert.ok(replacedMs < 1_000, `took ${replacedMs} ms`);
  await untilCompleted([short]);
  const freedMs = performance.now() - struckAt;
  assert.ok(freedMs < 2_000, `took ${freedMs} ms`);
  assert.equal((await queue.job(long)).state, 'running');
  letGo.resolve();
  await untilCompleted([long]);
  assert.equal(runs.get(long), 1);
  await processor.stop(1_000);
});

describe('a fault while a stopping worker returns its prefetched jobs leaves them to others:', () => {
  afterEach(() => letGo.resolve());

  for (const fault of FAULTS) {
    test(fault, async () => {
      letGo = Promise.withResolvers();
      const stopping = await queue.start(1);
      const ids = await enqueue(3, waits);
      await waitFor('one of them to run', () => ids.some((id) => runs.has(id)));
      await arm(queue.pool, 'return', fault);
      await stopping.stop(20);
      letGo.resolve();
      const next = await queue.start(5);
      await untilCompleted(ids);
      await next.stop(1_000);
    });
  }
});

/** What it asks last is either, whichever is first (distrust-news.ts, operator-news.ts). */
async function endListening(): Promise<void> {
  await waitFor('a listening session to end', async () => {
    const { rowCount } = await queue.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where (query ilike 'listen%' or query like 'select id from %.migrations where breaking%') and datname = current_database()`,
    );
    return rowCount;
  });
}

function count(id: string): void {
  runs.set(id, (runs.get(id) ?? 0) + 1);
}

async function enqueue(count: number, task: typeof works): Promise<string[]> {
  const jobs = await Promise.all(
    Array.from({ length: count }, () => queue.distributor.distribute(queue.pool, task, {})),
  );
  return jobs.map(({ id }) => id);
}

/** A job in the hands of a runner whose process never was. */
async function enqueueHeldByDead(): Promise<string[]> {
  const client = await queue.pool.connect();
  try {
    await client.query('begin');
    const { id } = await queue.distributor.distribute(client, works, {});
    await client.query(
      `insert into howdah.runners (token, queue, kind, host, pid, concurrency, pool_id, heartbeat_at)
       values (gen_random_uuid(), 'default', 'howdah', 'gone', 1, 1, 'pool-' || $1, now() - interval '1 minute')`,
      [id],
    );
    await client.query(
      `update graphile_worker._private_jobs set locked_at = now(), locked_by = 'pool-' || $1, attempts = 1
       where id = $1::bigint`,
      [id],
    );
    await client.query('commit');
    return [id];
  } finally {
    client.release();
  }
}

async function untilCompleted(ids: readonly string[]): Promise<void> {
  await waitFor(`jobs ${ids.join(', ')} to complete`, async () => {
    const { rows } = await queue.pool.query<{ n: number }>(
      `select count(*)::integer as n from howdah.jobs where id = any ($1::bigint[]) and state = 'completed'`,
      [ids],
    );
    return rows[0]?.n === ids.length;
  });
  assert.ok(ids.every((id) => (runs.get(id) ?? 0) >= 1));
}
