import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { scalar } from '../support/job-states.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';
import { WorkerFleet } from '../support/worker-fleet.ts';

const spins = testTask('spins');
const timed = testTask('is_timed');

/** A run this long, and what a busy machine adds. */
const PATIENCE_MS = 60_000;

interface Spinning {
  until?: string;
  maxRetries?: number;
  timeoutMs?: number;
}

let queue: TestQueue;
const fleet = new WorkerFleet();

beforeEach(async () => {
  queue = await openTestQueue([
    [spins, async () => {}],
    [timed, async () => {}],
  ]);
  await queue.pool.query(
    `create table public.timed_runs (job_id bigint, attempt int, pid int,
       began_at timestamptz default clock_timestamp(), ended_at timestamptz)`,
  );
});

afterEach(async () => {
  await fleet.end();
  await queue.close();
});

async function spin(ms: number, { until, ...options }: Spinning = {}): Promise<string> {
  return (await queue.distributor.distribute(queue.pool, spins, { ms, until }, options)).id;
}

function untilEnded(id: string) {
  return waitFor(
    `job ${id} to end`,
    async () => {
      const job = await queue.job(id);
      return ['completed', 'discarded', 'cancelled'].includes(job.state) ? job : undefined;
    },
    PATIENCE_MS,
  );
}

describe('a handler that blocks the event loop', () => {
  for (const ms of [9_000, 12_000]) {
    test(`for ${ms / 1000} s runs once, and its job is completed at its first attempt`, async () => {
      const worker = await fleet.start(queue.database, 1);
      const id = await spin(ms, { maxRetries: 0 });
      const { state, attempt, last_error } = await untilEnded(id);
      assert.deepEqual({ state, attempt, last_error }, { state: 'completed', attempt: 1, last_error: null });
      assert.deepEqual([worker.started(), worker.spun()], [[id], [id]]);
      assert.deepEqual(await errors(), []);
    });
  }

  test('keeps its job and its neighbours from every other worker, and both sides say why', async () => {
    await using stack = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'howdah-test-'));
    stack.defer(() => rm(folder, { recursive: true }));
    const first = await fleet.start(queue.database, 2);
    const { id: bystander } = await queue.distributor.distribute(queue.pool, timed, { ms: 1_000 });
    await waitFor('the bystander to run', () => scalar(queue, 'select count(*) > 0 from public.timed_runs'));
    const id = await spin(120_000, { until: join(folder, 'enough') });
    await waitFor('the spinning to begin', () => first.started().includes(id));
    const second = await fleet.start(queue.database, 2);
    await waitFor('the block to be seen for 12 s', () =>
      scalar(
        queue,
        `select count(*) = 1 from howdah.workers
         where state = 'blocked' and blocked_since < clock_timestamp() - interval '12 seconds'`,
      ),
    );
    const explanation = await scalar<string>(queue, `select explanation from howdah.explain_job(${id})`);
    assert.match(explanation, /event loop has been blocked for \d+ s: a handler there does CPU-bound work/);
    await writeFile(join(folder, 'enough'), '');
    for (const each of [id, bystander]) {
      const { state, attempt } = await untilEnded(each);
      assert.deepEqual({ state, attempt }, { state: 'completed', attempt: 1 });
    }
    assert.deepEqual([...first.started(), ...second.started()], [id]);
    assert.equal(await scalar(queue, 'select count(*)::int from public.timed_runs'), 2);
    assert.deepEqual(await errors(), []);
    assert.deepEqual(await retired(), []);
    const lines = first.complaints().filter((line) => line.includes('the event loop is blocked'));
    assert.equal(lines.length, 1);
    assert.ok(JSON.parse(lines[0] ?? '').jobs.some(({ job_id }: { job_id: string }) => job_id === id));
  });

  test('for good, beyond its time limit and a grace, has its process killed, and is charged', async () => {
    const worker = await fleet.start(queue.database, 1);
    const id = await spin(600_000, { timeoutMs: 1_000 });
    await waitFor('the process to be killed', () => worker.hasEnded(), PATIENCE_MS);
    assert.match(
      worker.complaints().join('\n'),
      new RegExp(`"job_id":"${id}".*blocked for good: killing this process`),
    );
    await queue.start(1);
    const { attempt } = await queue.untilState(id, 'completed');
    assert.equal(attempt, 2);
    assert.deepEqual(await errors(), [{ job_id: id, attempt: 1, name: 'WorkerLostError' }]);
  });
});

async function errors() {
  const { rows } = await queue.pool.query('select job_id, attempt, name from howdah.job_errors');
  return rows;
}

async function retired() {
  const { rows } = await queue.pool.query('select token from howdah.runners where retired_at is not null');
  return rows;
}
