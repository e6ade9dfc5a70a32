import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type pg from 'pg';
import { engineStatements } from '../model/engine-statements.ts';
import { scalar } from '../support/job-states.ts';
import { runShortJobs } from '../support/run-short-jobs.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';
import { WorkerFleet } from '../support/worker-fleet.ts';

const hangs = testTask('hangs');
const stubborn = testTask('stubborn');
const works = testTask('works');

/** A pause must have reached every worker by then. */
const REACH_MS = 1_000;

let queue: TestQueue;
const fleet = new WorkerFleet();

beforeEach(async () => {
  queue = await openTestQueue([hangs, stubborn, works].map((task) => [task, async () => {}]));
});

afterEach(async () => {
  await fleet.end();
  await queue.close();
});

async function enqueue(task = works, name = 'default'): Promise<string> {
  return (await queue.distributor.distribute(queue.pool, task, {}, { queue: name })).id;
}

async function call(text: string): Promise<unknown> {
  return scalar(queue, `select howdah.${text}`);
}

/** The worker in the other process has let go of everything but its runs. */
async function untilHeld(count: number): Promise<void> {
  await waitFor(
    `${count} jobs to be held`,
    async () => (await scalar<number>(queue, HELD)) === count,
    REACH_MS,
  );
}

/** Whether a runner that is not about to leave has named the pool it fetches with. */
const TAKES_JOBS =
  'select bool_or(pool_id is not null and not is_leaving) from howdah.runners where released_at is null';

const HELD = 'select count(*)::int from graphile_worker._private_jobs where locked_by is not null';

test('a pause reaches a worker in another process within a second: prefetched jobs go back, runs finish', async () => {
  const worker = await fleet.start(queue.database, 1);
  await runShortJobs(queue, worker);
  const running = await enqueue(stubborn);
  await waitFor('the job to start', () => worker.said(`started ${running}`));
  const next = [await enqueue(), await enqueue()];
  await waitFor('a job to be prefetched', async () => (await scalar<number>(queue, HELD)) > 1);
  await call("pause_queue('default')");
  await untilHeld(1);
  await queue.pool.query('select howdah.cancel_job($1)', [running]);
  await queue.untilState(running, 'cancelled');
  await waitFor(
    'the old runner to be gone',
    async () =>
      (await scalar<number>(queue, 'select count(*)::int from howdah.runners where released_at is null')) ===
      1,
  );
  for (const id of next) {
    const job = await queue.job(id);
    assert.deepEqual([job.state, job.attempt], ['available', 0]);
  }
  await call("resume_queue('default')");
  for (const id of next) await waitFor('it to run', () => worker.said(`worked ${id}`), REACH_MS + 1_000);
});

test('while a run of before a pause has the only place of the process, no job is taken', async () => {
  const worker = await fleet.start(queue.database, 1);
  const running = await enqueue(stubborn);
  await waitFor('the job to start', () => worker.said(`started ${running}`));
  await call("pause_queue('default')");
  await untilRunners(2);
  await call("resume_queue('default')");
  await waitFor('its successor to take jobs', () => scalar(queue, TAKES_JOBS));
  const id = await enqueue();
  await queue.pool.query('select howdah.cancel_job($1)', [running]);
  await queue.untilState(running, 'cancelled');
  await queue.untilState(id, 'completed');
  assert.equal(worker.said(`worked ${id}`), true);
});

test('a pause is exact: nothing is handed out from its commit on, and other queues go on', async () => {
  const worker = await fleet.start(queue.database, 'default:2,critical:2');
  await call("pause_queue('default')");
  const held = await enqueue();
  const other = await enqueue(works, 'critical');
  await waitFor('the other queue to go on', () => worker.said(`worked ${other}`));
  assert.deepEqual([(await queue.job(held)).state, worker.said(`worked ${held}`)], ['available', false]);
});

test('a fetch from a paused queue takes neither a job nor its queue_name', async () => {
  const client = await queue.pool.connect();
  try {
    const under = (poolId: string) =>
      engineStatements(client as unknown as pg.Client, { queue: 'default', poolId });
    const engine = under('pool-any');
    const add = `select graphile_worker.add_job('model_step', '{}', queue_name => 'one')`;
    await client.query(add);
    await call("pause_queue('default')");
    for (const batchSize of [1, 5]) assert.deepEqual(await engine.fetch(batchSize), []);
    for (const name of ['closed', 'open', '']) assert.deepEqual(await under(name).fetch(1), [], name);
    await call("resume_queue('default')");
    const [job] = await engine.fetch(5);
    assert.ok(job, 'its queue_name was taken');
    assert.equal(
      await scalar(queue, 'select locked_by from graphile_worker._private_job_queues'),
      'pool-any',
    );
  } finally {
    client.release(true);
  }
});

test('a pause holds when workers start, and when they are killed and start again', async () => {
  await call('pause_all()');
  const first = await fleet.start(queue.database, 1);
  const id = await enqueue();
  await untilBeaten(1);
  first.signal('SIGKILL');
  const second = await fleet.start(queue.database, 1);
  await untilBeaten(2);
  assert.equal((await queue.job(id)).state, 'available');
  await call('resume_all()');
  await waitFor('the job to run', () => second.said(`worked ${id}`), REACH_MS);
});

test('pausing and resuming in quick turns leaves the worker working', async () => {
  const worker = await fleet.start(queue.database, 2);
  for (let turn = 0; turn < 10; turn++) {
    await call("pause_queue('default')");
    await call("resume_queue('default')");
  }
  const id = await enqueue();
  await waitFor('the job to run', () => worker.said(`worked ${id}`), 5_000);
});

async function untilRunners(count: number): Promise<void> {
  await waitFor(
    `${count} runners to be there`,
    async () =>
      (await scalar<number>(queue, 'select count(*)::int from howdah.runners where released_at is null')) ===
      count,
  );
}

/** So many runners have been told of the pause. */
async function untilBeaten(count: number): Promise<void> {
  await waitFor(
    'heartbeats',
    async () =>
      (await scalar<number>(queue, 'select count(*)::int from howdah.runners where beat_number > 1')) >=
      count,
  );
}
