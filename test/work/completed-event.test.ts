import assert from 'node:assert/strict';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type pg from 'pg';
import { scalar } from '../support/job-states.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

const works = testTask('works');
const completes = testTask('completes');

let queue: TestQueue;
let told: string[];
/** What the handler does. */
let work: (jobId: string) => Promise<void>;

beforeEach(async () => {
  work = async () => {};
  told = [];
  queue = await openTestQueue([
    [works, (_, { job }) => work(job.id)],
    [completes, (_, { job, completeInTransaction }) => cancelAndComplete(job.id, completeInTransaction)],
  ]);
  queue.events.on('job.completed', ({ jobId }) => told.push(`job.completed ${jobId}`));
  queue.events.on('job.unrecorded', ({ jobId }) => told.push(`job.unrecorded ${jobId}`));
  queue.events.on('job.failed', ({ jobId, decision }) => told.push(`job.failed ${decision} ${jobId}`));
});

afterEach(() => queue.close());

async function enqueue(): Promise<string> {
  return (await queue.distributor.distribute(queue.pool, works, {})).id;
}

async function cancelAndComplete(id: string, complete: (tx: pg.PoolClient) => Promise<void>): Promise<void> {
  const client = await queue.pool.connect();
  await client.query('begin');
  await client.query('select howdah.cancel_job($1)', [id]);
  await complete(client);
  await client.query('commit');
  client.release();
}

/** Somebody who holds the job while its handler returns, or throws, once the worker waits for them to let go of it. */
async function holdWhileItEnds(id: string, error?: Error): Promise<pg.PoolClient> {
  const holder = await queue.pool.connect();
  const isHeld = Promise.withResolvers<void>();
  work = async () => {
    await holder.query('begin');
    await holder.query('select from graphile_worker._private_jobs where id = $1 for update', [id]);
    isHeld.resolve();
    work = async () => {};
    if (error) throw error;
  };
  await queue.start();
  await isHeld.promise;
  await waitFor('the end to wait for the lock', async () => {
    const { rows } = await queue.pool.query(
      `select from pg_stat_activity where wait_event_type = 'Lock' and query ~ '(delete from|update) .*_private_jobs as jobs'`,
    );
    return rows.length > 0;
  });
  return holder;
}

describe('a job is said to be completed', () => {
  test('when the database has completed it, not while somebody holds its row', async () => {
    const id = await enqueue();
    const holder = await holdWhileItEnds(id);
    const toldMeanwhile = [...told];
    const isTold = once(queue.events, 'job.completed');
    await holder.query('commit');
    holder.release();
    assert.deepEqual(toldMeanwhile, []);
    await isTold;
    assert.equal((await queue.job(id)).state, 'completed');
    assert.deepEqual(told, [`job.completed ${id}`]);
  });

  test('with the engine’s queue_name, too, and in a batch', async () => {
    const ids = await scalar<string[]>(
      queue,
      `select array_agg((graphile_worker.add_job('works', '{}', queue_name => nullif('line ' || i % 2, 'line 0'))).id::text)
       from generate_series(1, 20) i`,
    );
    await queue.start([{ name: 'default', concurrency: 20 }]);
    await waitFor('all to be told of', () => told.length === 20);
    assert.deepEqual(told.sort(), ids.map((id) => `job.completed ${id}`).sort());
    assert.equal(await scalar(queue, "select count(*)::int from howdah.jobs where state = 'completed'"), 20);
    const taken = 'select count(*)::int from graphile_worker._private_job_queues where locked_at is not null';
    assert.equal(await scalar(queue, taken), 0);
  });
});

describe('a job whose handler returned is never said to be completed', () => {
  test('when its runner was retired meanwhile', async () => {
    const id = await enqueue();
    work = async () => {
      await queue.pool.query(
        `select howdah.retire_runner(token, 'gone', 'gone') from howdah.runners where queue = 'default'`,
      );
      work = () => new Promise(() => {});
    };
    await queue.start();
    await waitFor('its run to be told of', () => told.length > 0);
    // A heartbeat may have told the worker before the handler returned: then it knows that the job was given back.
    assert.ok([`job.unrecorded ${id}`, `job.failed return ${id}`].includes(told.join()), told.join());
    assert.notEqual((await queue.job(id)).state, 'completed');
  });

  test('when it has another holder by then', async () => {
    const id = await enqueue();
    work = async () => {
      await queue.pool.query(`update graphile_worker._private_jobs set locked_by = 'another' where id = $1`, [
        id,
      ]);
    };
    await queue.start();
    await waitFor('its run to be told of', () => told.length > 0);
    assert.deepEqual(told, [`job.unrecorded ${id}`]);
    assert.equal((await queue.job(id)).state, 'running');
  });

  test('when its worker stops before the database takes it', async () => {
    const id = await enqueue();
    await queue.pool.query(`
      create function public.refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
      create trigger a_refuse before delete on graphile_worker._private_jobs for each row execute function public.refuse()`);
    const processor = await queue.start();
    await waitFor('the end to be refused', () => processor.troubledQueues().length > 0);
    assert.deepEqual(told, []);
    await processor.stop(0);
    assert.deepEqual(told, [`job.unrecorded ${id}`]);
  });
});

describe('a job that failed is said to have', () => {
  test('when the database has taken it, not while somebody holds its row', async () => {
    const id = await enqueue();
    const holder = await holdWhileItEnds(id, new Error('no luck'));
    const toldMeanwhile = [...told];
    const isTold = once(queue.events, 'job.failed');
    await holder.query('commit');
    holder.release();
    assert.deepEqual(toldMeanwhile, []);
    const [{ decision, delayMs, error }] = await isTold;
    assert.deepEqual([decision, delayMs > 0, error.message], ['retry', true, 'no luck']);
    assert.equal((await queue.job(id)).state, 'retryable');
  });

  test('in the engine’s lane, too, and in a batch', async () => {
    const ids = await scalar<string[]>(
      queue,
      `select array_agg((graphile_worker.add_job('works', '{}', max_attempts => 1 + i % 2,
                          queue_name => 'lane ' || i)).id::text order by i) from generate_series(1, 20) i`,
    );
    work = () => Promise.reject(new Error('no luck'));
    await queue.start([{ name: 'default', concurrency: 20 }]);
    await waitFor('all to be told of', () => told.length >= 20);
    const expected = ids.map((id, index) => `job.failed ${index % 2 === 0 ? 'retry' : 'discard'} ${id}`);
    assert.deepEqual(told.sort(), expected.sort());
  });

  test('never, when it has another holder by then', async () => {
    const id = await enqueue();
    work = async () => {
      await queue.pool.query(`update graphile_worker._private_jobs set locked_by = 'another' where id = $1`, [
        id,
      ]);
      throw new Error('no luck');
    };
    const [[{ error }]] = await Promise.all([once(queue.events, 'job.unrecorded'), queue.start()]);
    assert.equal(error.message, 'no luck');
    assert.deepEqual(told, [`job.unrecorded ${id}`]);
  });
});

describe('a job that was cancelled just before its end is said to be', () => {
  for (const [how, error] of [
    ['returned', undefined],
    ['threw', new Error('no luck')],
  ] as const) {
    test(`when its handler ${how} before it knew`, async () => {
      const id = await enqueue();
      const holder = await holdWhileItEnds(id, error);
      await holder.query('select howdah.cancel_job($1)', [id]);
      await holder.query('commit');
      holder.release();
      await waitFor('its run to be told of', () => told.length > 0);
      assert.equal((await queue.job(id)).state, 'cancelled');
      assert.deepEqual(told, [`job.failed cancel ${id}`]);
    });
  }

  test('when its handler completed it in a transaction', async () => {
    const { id } = await queue.distributor.distribute(queue.pool, completes, {});
    await queue.start();
    await waitFor('its run to be told of', () => told.length > 0);
    assert.equal((await queue.job(id)).state, 'cancelled');
    assert.deepEqual(told, [`job.failed cancel ${id}`]);
  });
});
