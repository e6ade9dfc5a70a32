import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { scalar } from '../support/job-states.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';
import { WorkerFleet } from '../support/worker-fleet.ts';

const timed = testTask('is_timed');

let queue: TestQueue;
const fleet = new WorkerFleet();

afterEach(async () => {
  await fleet.end();
  await queue.close();
});

test('a rolling restart of three workers under load runs every job once', async () => {
  queue = await openTestQueue([[timed, async () => {}]]);
  await queue.pool.query(
    `create table public.timed_runs (
       job_id bigint, attempt integer, pid integer, started_at timestamptz default clock_timestamp(),
       ended_at timestamptz)`,
  );
  let workers = await Promise.all([1, 2, 3].map(() => fleet.start(queue.database, 4)));
  const load = startLoad();
  await waitFor('every worker to be at work', async () => (await countWorkers()) === 3);

  for (const worker of workers) {
    worker.signal('SIGTERM');
    await worker.exited;
    workers = [...workers, await fleet.start(queue.database, 4)];
  }
  await waitFor('the successors to be at work', async () => (await countWorkers()) === 6);
  const enqueued = await load.stop();

  await waitFor('every job to complete', async () => {
    const states = `select count(*)::int from howdah.jobs where state = 'completed'`;
    return (await scalar<number>(queue, states)) === enqueued;
  });
  const runs = `select count(*)::int from public.timed_runs where ended_at is not null and attempt = 1`;
  assert.equal(await scalar<number>(queue, runs), enqueued);
  assert.equal(await scalar<number>(queue, 'select count(*)::int from public.timed_runs'), enqueued);
  assert.equal(await scalar<number>(queue, 'select count(*)::int from howdah.job_errors'), 0);
});

function countWorkers(): Promise<number> {
  return scalar<number>(queue, 'select count(distinct pid)::int from public.timed_runs');
}

/** Enqueues a few jobs at a time for as long as it is not stopped; what is waiting never runs out. */
function startLoad(): { stop(): Promise<number> } {
  let isStopped = false;
  let count = 0;
  const running = (async () => {
    while (!isStopped) {
      await waitFor('the queue to need more', async () => {
        const live = `select count(*)::int from howdah.jobs where finished_at is null`;
        return isStopped || (await scalar<number>(queue, live)) < 40;
      });
      await queue.pool.query(`select howdah.enqueue('is_timed', '{"ms": 20}') from generate_series(1, 20)`);
      count += 20;
    }
  })();
  return {
    async stop() {
      isStopped = true;
      await running;
      return count;
    },
  };
}
