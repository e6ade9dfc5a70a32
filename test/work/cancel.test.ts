import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { JobCancelledError } from '../../src/work/run/abort-reasons.ts';
import { scalar } from '../support/job-states.ts';
import { runShortJobs } from '../support/run-short-jobs.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';
import { WorkerFleet } from '../support/worker-fleet.ts';

const hangs = testTask('hangs');
const stubborn = testTask('stubborn');

/** The signal of a cancelled run must have fired by then. */
const REACH_MS = 1_000;

/** A queue and its workers, gone with the test. */
async function openScene(t: TestContext): Promise<{ queue: TestQueue; fleet: WorkerFleet }> {
  const tasks = [hangs, stubborn, testTask('works')];
  const queue = await openTestQueue(tasks.map((task) => [task, async () => {}]));
  const fleet = new WorkerFleet();
  t.after(async () => {
    await fleet.end();
    await queue.close();
  });
  return { queue, fleet };
}

async function cancel(queue: TestQueue, id: string): Promise<unknown> {
  return scalar(queue, "select howdah.cancel_job($1, 'not wanted')", [id]);
}

// Beside each other, as most of their time is the grace of handlers that never end.
describe('cancelling a job that runs in another process', { concurrency: true }, () => {
  const behaviours = [
    { title: 'never ends', task: hangs, payload: {} },
    { title: 'then succeeds', task: stubborn, payload: {} },
    { title: 'then throws', task: stubborn, payload: { throws: true } },
  ];
  for (const { title, task, payload } of behaviours) {
    test(`fires its signal within a second, and it ends cancelled though its handler ${title}`, async (t) => {
      const { queue, fleet } = await openScene(t);
      const worker = await fleet.start(queue.database);
      const { id } = await queue.distributor.distribute(queue.pool, task, payload);
      await waitFor('the job to start', () => worker.said(`started ${id}`));
      assert.equal(await cancel(queue, id), 'running');
      await waitFor('the signal to fire', () => worker.said(`aborted ${id} JobCancelledError`), REACH_MS);
      const job = await queue.untilState(id, 'cancelled');
      assert.deepEqual([job.last_error, job.attempt], ['not wanted', 1]);
    });
  }

  test('ends it cancelled when the worker is killed instead', async (t) => {
    const { queue, fleet } = await openScene(t);
    const worker = await fleet.start(queue.database);
    const { id } = await queue.distributor.distribute(queue.pool, hangs, {});
    await waitFor('the job to start', () => worker.said(`started ${id}`));
    worker.signal('SIGSTOP');
    await cancel(queue, id);
    worker.signal('SIGKILL');
    const rescuer = await fleet.start(queue.database);
    const job = await queue.untilState(id, 'cancelled');
    assert.equal(job.last_error, 'not wanted');
    assert.equal(rescuer.said(`started ${id}`), false);
  });

  test('leaves the other runs of that worker alone', async (t) => {
    const { queue, fleet } = await openScene(t);
    const worker = await fleet.start(queue.database, 2);
    const { id } = await queue.distributor.distribute(queue.pool, hangs, {});
    const { id: other } = await queue.distributor.distribute(queue.pool, hangs, {});
    await waitFor('both to start', () => worker.said(`started ${id}`) && worker.said(`started ${other}`));
    await cancel(queue, id);
    await queue.untilState(id, 'cancelled');
    assert.equal((await queue.job(other)).state, 'running');
    assert.equal(worker.said(`aborted ${other} JobCancelledError`), false);
  });

  test('never runs one that was only prefetched', async (t) => {
    const { queue, fleet } = await openScene(t);
    const worker = await fleet.start(queue.database, 1);
    await runShortJobs(queue, worker);
    const { id: first } = await queue.distributor.distribute(queue.pool, hangs, {});
    await waitFor('the first to start', () => worker.said(`started ${first}`));
    const { id: second } = await queue.distributor.distribute(queue.pool, hangs, {});
    await queue.untilState(second, 'running');
    await cancel(queue, second);
    await cancel(queue, first);
    const job = await queue.untilState(second, 'cancelled');
    assert.deepEqual([job.last_error, worker.said(`started ${second}`)], ['not wanted', false]);
  });
});

test('a handler sees the reason, and the slot it held is free for the next job', async (t) => {
  const reasons: unknown[] = [];
  const queue = await openTestQueue([
    [
      hangs,
      (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reasons.push(signal.reason);
            reject(signal.reason);
          });
        }),
    ],
    [stubborn, async () => {}],
  ]);
  t.after(() => queue.close());
  await queue.start(1);
  const { id } = await queue.distributor.distribute(queue.pool, hangs, {});
  await queue.untilState(id, 'running');
  const { id: next } = await queue.distributor.distribute(queue.pool, stubborn, {});
  await cancel(queue, id);
  await queue.untilState(next, 'completed');
  await queue.untilState(id, 'cancelled');
  assert.ok(reasons[0] instanceof JobCancelledError);
});
