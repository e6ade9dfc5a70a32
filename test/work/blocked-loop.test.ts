import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { scalar } from '../support/job-states.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';
import { WorkerFleet } from '../support/worker-fleet.ts';

const spins = testTask('spins');
const timed = testTask('is_timed');

/** A run this long, and what a busy machine adds. */
const PATIENCE_MS = 60_000;

interface Spinning {
  ms: number;
  until?: string;
  /** @default it naps, which blocks as well */
  computes?: boolean;
  maxRetries?: number;
  timeoutMs?: number;
}

/** A queue and the workers that block, gone with the test. */
class BlockedQueue {
  readonly queue: TestQueue;
  readonly fleet = new WorkerFleet();

  private constructor(queue: TestQueue) {
    this.queue = queue;
  }

  static async open(t: TestContext): Promise<BlockedQueue> {
    const scene = new BlockedQueue(await openTestQueue([spins, timed].map((task) => [task, async () => {}])));
    t.after(async () => {
      await scene.fleet.end();
      await scene.queue.close();
    });
    await scene.queue.pool.query(
      `create table public.timed_runs (job_id bigint, attempt int, pid int,
         began_at timestamptz default clock_timestamp(), ended_at timestamptz)`,
    );
    return scene;
  }

  async spin({ ms, until, computes, ...options }: Spinning): Promise<string> {
    const { distributor, pool } = this.queue;
    return (await distributor.distribute(pool, spins, { ms, until, computes }, options)).id;
  }

  untilEnded(id: string) {
    return waitFor(
      `job ${id} to end`,
      async () => {
        const job = await this.queue.job(id);
        return ['completed', 'discarded', 'cancelled'].includes(job.state) ? job : undefined;
      },
      PATIENCE_MS,
    );
  }

  async errors() {
    const { rows } = await this.queue.pool.query('select job_id, attempt, name from howdah.job_errors');
    return rows;
  }

  async retired() {
    const { rows } = await this.queue.pool.query(
      'select token from howdah.runners where retired_at is not null',
    );
    return rows;
  }
}

// Beside each other: but for the one that computes they take no more than time.
describe('a handler that blocks the event loop', { concurrency: true }, () => {
  for (const [how, ms, computes] of [
    ['as it waits', 9_000, false],
    ['as it computes', 12_000, true],
  ] as const) {
    test(`for ${ms / 1000} s, ${how}, runs once, and its job is completed at its first attempt`, async (t) => {
      const scene = await BlockedQueue.open(t);
      const { queue, fleet } = scene;
      const worker = await fleet.start(queue.database, 1);
      const id = await scene.spin({ ms, computes, maxRetries: 0 });
      const { state, attempt, last_error } = await scene.untilEnded(id);
      assert.deepEqual({ state, attempt, last_error }, { state: 'completed', attempt: 1, last_error: null });
      assert.deepEqual([worker.started(), worker.spun()], [[id], [id]]);
      assert.deepEqual(await scene.errors(), []);
    });
  }

  test('keeps its job and its neighbours from every other worker, and both sides say why', async (t) => {
    const scene = await BlockedQueue.open(t);
    const { queue, fleet } = scene;
    await using stack = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'howdah-test-'));
    stack.defer(() => rm(folder, { recursive: true }));
    const first = await fleet.start(queue.database, 2);
    const { id: bystander } = await queue.distributor.distribute(queue.pool, timed, { ms: 1_000 });
    await waitFor('the bystander to run', () => scalar(queue, 'select count(*) > 0 from public.timed_runs'));
    const id = await scene.spin({ ms: 120_000, until: join(folder, 'enough') });
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
      const { state, attempt } = await scene.untilEnded(each);
      assert.deepEqual({ state, attempt }, { state: 'completed', attempt: 1 });
    }
    assert.deepEqual([...first.started(), ...second.started()], [id]);
    assert.equal(await scalar(queue, 'select count(*)::int from public.timed_runs'), 2);
    assert.deepEqual(await scene.errors(), []);
    assert.deepEqual(await scene.retired(), []);
    const lines = first.complaints().filter((line) => line.includes('the event loop is blocked'));
    assert.equal(lines.length, 1);
    assert.ok(JSON.parse(lines[0] ?? '').jobs.some(({ job_id }: { job_id: string }) => job_id === id));
  });

  test('for good, beyond its time limit and a grace, has its process killed, and is charged', async (t) => {
    const scene = await BlockedQueue.open(t);
    const { queue, fleet } = scene;
    const worker = await fleet.start(queue.database, 1);
    const id = await scene.spin({ ms: 600_000, timeoutMs: 1_000 });
    await waitFor('the process to be killed', () => worker.hasEnded(), PATIENCE_MS);
    assert.match(
      worker.complaints().join('\n'),
      new RegExp(`"job_id":"${id}".*blocked for good: killing this process`),
    );
    await queue.start(1);
    const { attempt } = await queue.untilState(id, 'completed');
    assert.equal(attempt, 2);
    assert.deepEqual(await scene.errors(), [{ job_id: id, attempt: 1, name: 'WorkerLostError' }]);
  });
});
