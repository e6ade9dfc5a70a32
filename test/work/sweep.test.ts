import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { COMPLETE, scalar } from '../support/job-states.ts';
import { openClient } from '../support/open-client.ts';
import { sweep, sweepAsWorker } from '../support/sweep.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';

const works = testTask('works');

let queue: TestQueue;

before(async () => {
  queue = await openTestQueue([[works, async () => {}]]);
});

after(() => queue.close());

/** A job that has been running for 5 hours, its earlier attempts failed, this one its last. */
async function putLongJob(holder: string): Promise<string> {
  const { id } = await queue.distributor.distribute(queue.pool, works, {}, { maxRetries: 1 });
  await queue.pool.query(
    `update graphile_worker._private_jobs
     set attempts = 2, last_error = 'the first run failed', locked_by = $2, locked_at = now() - interval '5 hours'
     where id = $1`,
    [id, holder],
  );
  return id;
}

async function putRunner(): Promise<string> {
  return scalar(
    queue,
    `insert into howdah.runners (token, queue, kind, host, pid, concurrency, pool_id)
     select t, 'default', 'howdah', 'long', 1, 1, 'pool-' || t from gen_random_uuid() t returning pool_id`,
  );
}

function countErrors(id: string): Promise<number> {
  return scalar(queue, 'select count(*)::int from howdah.job_errors where job_id = $1', [id]);
}

describe('the engine’s sweep of locks older than 4 hours', () => {
  test('by another worker leaves the long run of a runner alone, and no trace of itself', async () => {
    const id = await putLongJob(await putRunner());
    await sweepAsWorker(queue.database.connectionString);
    assert.deepEqual([(await queue.job(id)).state, (await queue.job(id)).attempt], ['running', 2]);
    assert.equal(await countErrors(id), 0);
    await queue.pool.query(COMPLETE, [id]);
    assert.equal((await queue.job(id)).state, 'completed');
  });

  test('frees what a worker nobody knows has held so long, and ends what had its last attempt', async () => {
    const last = await putLongJob('pool-nobody-knows');
    const other = await putLongJob('pool-nobody-knows');
    await queue.pool.query('update graphile_worker._private_jobs set attempts = 1 where id = $1', [other]);
    await sweepAsWorker(queue.database.connectionString);
    assert.equal((await queue.job(last)).state, 'discarded');
    assert.deepEqual([(await queue.job(other)).state, (await queue.job(other)).attempt], ['available', 1]);
    assert.equal(await countErrors(other), 0);
  });

  test('by a worker without Howdah does so too', async () => {
    const id = await putLongJob('pool-nobody-knows');
    await queue.pool.query('update graphile_worker._private_jobs set attempts = 1 where id = $1', [id]);
    const client = await openClient(queue.database.connectionString);
    await sweep(client);
    await client.end();
    assert.deepEqual([(await queue.job(id)).state, (await queue.job(id)).attempt], ['available', 1]);
    assert.equal(await countErrors(id), 0);
  });
});
