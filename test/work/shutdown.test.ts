import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { ShutdownError } from '../../src/work/run/abort-reasons.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

const works = testTask('works');

let queue: TestQueue;

afterEach(() => queue.close());

test('stopping lets the running jobs finish and starts no further one', async () => {
  const finish = Promise.withResolvers<void>();
  const started: string[] = [];
  queue = await openTestQueue([
    [
      works,
      async (_, { job }) => {
        started.push(job.id);
        await finish.promise;
      },
    ],
  ]);
  const processor = await queue.start(1);
  const first = await queue.distributor.distribute(queue.pool, works, {});
  await waitFor('the first job to start', () => started.includes(first.id));
  const second = await queue.distributor.distribute(queue.pool, works, {});
  const stopped = processor.stop(20_000);
  finish.resolve();
  await stopped;
  assert.equal((await queue.job(first.id)).state, 'completed');
  assert.deepEqual(
    [(await queue.job(second.id)).state, (await queue.job(second.id)).attempt],
    ['available', 0],
  );
  assert.deepEqual(started, [first.id]);
});

test('jobs that outlast the limit go back with their attempts unchanged, their signals fired', async () => {
  const reasons: unknown[] = [];
  queue = await openTestQueue([
    [
      works,
      (_, { signal }) =>
        new Promise(() => {
          signal.addEventListener('abort', () => reasons.push(signal.reason));
        }),
    ],
  ]);
  const processor = await queue.start(2);
  const jobs = await Promise.all([1, 2, 3, 4].map(() => queue.distributor.distribute(queue.pool, works, {})));
  await waitFor('two jobs to run', async () => (await countRunning()) >= 2);
  await processor.stop(50);
  for (const { id } of jobs) {
    const job = await queue.job(id);
    assert.deepEqual([job.state, job.attempt, job.last_error], ['available', 0, null]);
  }
  assert.equal(reasons.length, 2);
  assert.ok(reasons.every((reason) => reason instanceof ShutdownError));
});

async function countRunning(): Promise<number> {
  const { rows } = await queue.pool.query(
    "select count(*)::int as n from howdah.jobs where state = 'running'",
  );
  return rows[0].n;
}
