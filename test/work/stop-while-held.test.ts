/** A worker that is told to stop does so, whatever lock somebody holds and whatever of its statements wait for that. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type pg from 'pg';
import { openService } from '../integration/open-service.ts';
import { holdOpen } from '../support/hold-open.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';
import { WorkerFleet } from '../support/worker-fleet.ts';
import type { WorkerProcess } from '../support/worker-process.ts';

/** The last try, the cut, and a register that does not answer either; the test's own machine may be slow. */
const STOPS_WITHIN_MS = 18_000;

const works = testTask('works');
const fleet = new WorkerFleet();
let queue: TestQueue;
let runs: Map<string, number[]>;

beforeEach(async () => {
  runs = new Map();
  queue = await openTestQueue([
    [works, async (_, { job }) => void runs.set(job.id, [...(runs.get(job.id) ?? []), job.attempt])],
  ]);
});

afterEach(async () => {
  await fleet.end();
  await queue.close();
});

function untilWaiting(pool: pg.Pool): Promise<unknown> {
  return waitFor('a statement to wait for the lock', async () => {
    const { rows } = await pool.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
       and application_name like 'howdah%'`,
    );
    return rows.length > 0;
  });
}

async function assertStops(worker: WorkerProcess): Promise<void> {
  const begun = performance.now();
  worker.signal('SIGTERM');
  await waitFor('the worker to end', () => worker.hasEnded(), STOPS_WITHIN_MS);
  assert.ok(performance.now() - begun < STOPS_WITHIN_MS);
}

test('a worker stops whose engine waits for a lock as it begins', async () => {
  await queue.pool.query("select howdah.pause_queue('default')");
  const processor = await queue.start([{ name: 'default', concurrency: 1 }]);
  await using _holder = await holdOpen(
    queue.pool,
    'lock table graphile_worker.migrations in access exclusive mode',
  );
  await queue.pool.query("select howdah.resume_queue('default')");
  await untilWaiting(queue.pool);
  let hasStopped = false;
  void processor.stop(0).then(() => {
    hasStopped = true;
  });
  await waitFor('it to stop', () => hasStopped, STOPS_WITHIN_MS);
});

test('while ends of runs wait: the log names their jobs and the holder, and they come back as ones that may have run', async () => {
  const worker = await fleet.start(queue.database);
  let id = '';
  {
    await using held = await holdOpen(queue.pool, 'lock table howdah.job_history in share mode');
    ({ id } = await queue.distributor.distribute(queue.pool, works, {}));
    await waitFor('it to have run', () => worker.said(`worked ${id}`));
    await untilWaiting(queue.pool);
    await assertStops(worker);
    const [log] = worker.logged(/^the ends of runs were not written/);
    assert.deepEqual(log?.['job_ids'], [id]);
    assert.match(String(log?.['held_by']), new RegExp(`^pid ${held.pid} \\(user `));
  }
  await queue.start();
  await waitFor('the job to be given back', async () => (await errorsOf(id)).length > 0);
  assert.deepEqual(await errorsOf(id), [{ attempt: 1, kind: 'unrecorded' }]);
  await queue.pool.query('select howdah.run_job_now($1)', [id]);
  await queue.untilState(id, 'completed');
  assert.deepEqual(runs.get(id), [2]);
});

test('while a fetch waits', async () => {
  const worker = await fleet.start(queue.database);
  await using _held = await holdOpen(
    queue.pool,
    'lock table graphile_worker._private_jobs in access exclusive mode',
  );
  await untilWaiting(queue.pool);
  await assertStops(worker);
});

test('while a handler waits', async () => {
  await using stack = new AsyncDisposableStack();
  const { pool, stop } = await openService(stack);
  stack.use(await holdOpen(pool, 'lock table public.users in access exclusive mode'));
  await pool.query(`select howdah.enqueue('send_welcome_email', '{"user_account": "ada"}')`);
  await untilWaiting(pool);
  const begun = performance.now();
  await stop();
  assert.ok(performance.now() - begun < STOPS_WITHIN_MS);
});

async function errorsOf(id: string): Promise<unknown[]> {
  const { rows } = await queue.pool.query(
    'select attempt, kind from howdah.job_errors where job_id = $1 order by failed_at',
    [id],
  );
  return rows;
}
