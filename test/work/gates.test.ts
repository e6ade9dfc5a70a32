/** What becomes of jobs while what their runs need is away. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type BoundTask, bind, type Handler } from '../../src/tasks/bind.ts';
import { GateShut } from '../../src/tasks/run-gate.ts';
import { FakeGate } from '../support/fake-gate.ts';
import { scalar } from '../support/job-states.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

const mail = testTask('mail', { timeoutMs: 100, maxRetries: 0 });
const local = testTask('local');
const DEFAULT = [{ name: 'default', concurrency: 2 }];

let gate: FakeGate;
let queue: TestQueue;
/** Of each run of `mail`, in their order. */
let runs: [id: string, attempt: number][];
let onMail: Handler<unknown, object>;

beforeEach(() => {
  runs = [];
  onMail = async () => {};
});
afterEach(() => queue.close());

/** @param others tasks beside `mail` */
async function open(because: string | undefined, others: BoundTask<object>[] = []): Promise<void> {
  gate = new FakeGate('rabbitmq', because);
  const handler: Handler<unknown, object> = async (payload, context) => {
    runs.push([context.job.id, context.job.attempt]);
    return onMail(payload, context);
  };
  const task: BoundTask<object> = { ...bind(mail, handler), gate };
  queue = await openTestQueue([task, ...others]);
}

async function enqueue(count: number, options = {}, task = mail): Promise<string[]> {
  const requests = Array.from({ length: count }, () => ({ task, payload: {}, options }));
  return (await queue.distributor.distributeMany(queue.pool, requests)).map(({ id }) => id);
}

const updates = () =>
  scalar<string>(queue, `select pg_stat_get_tuples_updated('graphile_worker._private_jobs'::regclass)`);
const lockedCount = () =>
  scalar<number>(
    queue,
    'select count(*)::integer from graphile_worker._private_jobs where locked_by is not null',
  );

describe('a gate that is shut when the worker starts', () => {
  test('lets nothing begin and costs nothing; when it opens all run, each for the first time', async () => {
    await open('connecting');
    const ids = await enqueue(20);
    await queue.start(DEFAULT);
    await delay(1_500);
    assert.deepEqual([runs, await lockedCount()], [[], 0]);
    assert.equal(await updates(), '0', 'no job was touched meanwhile');
    gate.open();
    for (const id of ids) await queue.untilState(id, 'completed');
    assert.deepEqual(runs.toSorted(), ids.map((id) => [id, 1]).toSorted());
  });

  test('keeps tasks of the same queue that do not need it from nothing', async () => {
    await open('connecting', [bind(local, async () => {})]);
    const [waiting = ''] = await enqueue(5);
    const [other = ''] = await enqueue(1, {}, local);
    await queue.start(DEFAULT);
    await queue.untilState(other, 'completed');
    assert.equal((await queue.job(waiting)).state, 'available');
    assert.equal(await lockedCount(), 0);
  });

  test('lets a worker stop at once', async () => {
    await open('connecting');
    await enqueue(5);
    const processor = await queue.start(DEFAULT);
    const beganAt = performance.now();
    await processor.stop(20_000);
    assert.ok(performance.now() - beganAt < 3_000);
  });
});

describe('a gate that shuts while jobs are in the hands of the worker', () => {
  /** Two runs are at work, and others are fetched or waiting for their places. */
  async function fill(): Promise<{ ids: string[]; fail: (error: Error) => void }> {
    const end = Promise.withResolvers<void>();
    onMail = () => end.promise;
    const ids = await enqueue(10);
    await queue.start(DEFAULT);
    await waitFor('two runs', () => runs.length === 2);
    return { ids, fail: end.reject };
  }

  test('gives back those whose run ends so as they were, without a retry to lose', async () => {
    await open(undefined);
    const { ids, fail } = await fill();
    gate.shut();
    fail(new GateShut('the connection was lost'));
    await waitFor('all to be back', async () => (await lockedCount()) === 0);
    for (const id of ids) {
      const { state, attempt, last_error } = await queue.job(id);
      assert.deepEqual([state, attempt, last_error], ['available', 0, null]);
    }
    onMail = async () => {};
    gate.open();
    for (const id of ids) await queue.untilState(id, 'completed');
    assert.ok(runs.every(([, attempt]) => attempt === 1));
  });

  test('gives those that wait to another worker which may begin them', async () => {
    await open(undefined);
    const { ids } = await fill();
    gate.shut();
    const elsewhere: string[] = [];
    const other = await openTestQueue(
      [bind(mail, async (_, { job }) => void elsewhere.push(job.id))],
      queue.database,
    );
    const processor = await other.start(DEFAULT);
    await waitFor('the other to have run all that had not begun', () => elsewhere.length === 8);
    assert.deepEqual(elsewhere.toSorted(), ids.filter((id) => !runs.some(([ran]) => ran === id)).toSorted());
    await processor.stop(0);
    await other.pool.end();
  });

  test('keeps the order of a sequence', async () => {
    await open(undefined);
    onMail = async () => {
      if (runs.length !== 3) return;
      gate.shut();
      setTimeout(() => gate.open(), 1_500);
      throw new GateShut('lost');
    };
    const ids = await enqueue(8, { sequence: 'one' });
    await queue.start(DEFAULT);
    await queue.untilState(ids.at(-1) ?? '', 'completed');
    const again = [...ids.slice(0, 3), ...ids.slice(2)];
    assert.deepEqual(
      runs,
      again.map((id) => [id, 1]),
    );
  });
});
