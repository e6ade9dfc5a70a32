import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import type { EnqueueOptions } from '../../src/enqueue/enqueue-options.ts';
import { Cancel, SkipRetry, Snooze } from '../../src/tasks/outcomes.ts';
import { openTestQueue, type TestHandler, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

const steps = testTask('steps', { maxRetries: 3 });

let queue: TestQueue;
afterEach(() => queue.close());

/** Runs of jobs as they began and ended, with how many of each sequence were at work at once. */
function recorder(act: (payload: { n: number }, attempt: number) => Promise<void> = async () => {}) {
  const runs: { sequence: string; n: number; attempt: number }[] = [];
  const atWork = new Map<string, number>();
  let mostAtOnce = 0;
  const handler: TestHandler = [
    steps,
    async (payload, { job }) => {
      const { sequence, n } = payload as { sequence: string; n: number };
      runs.push({ sequence, n, attempt: job.attempt });
      atWork.set(sequence, (atWork.get(sequence) ?? 0) + 1);
      mostAtOnce = Math.max(mostAtOnce, atWork.get(sequence) ?? 0);
      await new Promise((resolve) => setImmediate(resolve));
      atWork.set(sequence, (atWork.get(sequence) ?? 0) - 1);
      await act({ n }, job.attempt);
    },
  ];
  const order = (sequence: string) => runs.filter((run) => run.sequence === sequence).map(({ n }) => n);
  return { handler, runs, order, mostAtOnce: () => mostAtOnce };
}

const add = (n: number, options: EnqueueOptions & { sequence: string }) =>
  queue.distributor.distribute(queue.pool, steps, { n, sequence: options.sequence }, options);

/** Three processes' worth of workers. */
const startThree = () => Promise.all([queue.start(), queue.start(), queue.start()]);

test('jobs of a sequence run one at a time in order, with three workers, across queues and other sequences', async () => {
  const { handler, order, runs, mostAtOnce } = recorder();
  queue = await openTestQueue([handler]);
  await startThree();
  const names = ['a', 'b', 'c'];
  const numbers = Array.from({ length: 40 }, (_, n) => n);
  for (const n of numbers) {
    const queueName = n % 3 === 0 ? 'critical' : 'default';
    await Promise.all(names.map((sequence) => add(n, { sequence, queue: queueName, priority: -n })));
  }
  await waitFor('all to run', () => runs.length === names.length * numbers.length);
  for (const name of names) assert.deepEqual(order(name), numbers);
  assert.equal(mostAtOnce(), 1);
  await waitFor('nothing to be left of the sequences', async () => {
    const { rows } = await queue.pool.query('select from howdah.sequences');
    return rows.length === 0;
  });
});

test('the next waits while the head waits for a retry, a snooze and its delay', async () => {
  const { handler, runs } = recorder(async ({ n }, attempt) => {
    if (n === 0 && attempt === 1) throw new Error('again');
    if (n === 1 && runs.filter((run) => run.n === 1).length === 1) throw new Snooze(50);
  });
  const [task, handle] = handler;
  queue = await openTestQueue([[task, handle]]);
  const head = await add(0, { sequence: 's' });
  await add(1, { sequence: 's' });
  await add(2, { sequence: 's', delayMs: 200 });
  await add(3, { sequence: 's', priority: -9 });
  await startThree();
  await queue.untilState(head.id, 'retryable');
  const { rows } = await queue.pool.query(`select from howdah.jobs where state = 'available'`);
  assert.equal(rows.length, 0);
  await queue.pool.query('update graphile_worker._private_jobs set run_at = now() where id = $1', [head.id]);
  await queue.pool.query(`select pg_notify('jobs:insert', '{"r":1,"count":1}')`);
  await waitFor('the last to run', () => runs.some(({ n }) => n === 3));
  assert.deepEqual(
    runs.map(({ n }) => n),
    [0, 0, 1, 1, 2, 3],
  );
});

test('the next runs when the head is discarded, cancelled, out of retries, or removed by hand', async () => {
  const { handler, order } = recorder(async ({ n }) => {
    if (n === 0) throw new SkipRetry('never');
    if (n === 1) throw new Cancel('not wanted');
    if (n === 2) throw new Error('no retries');
  });
  queue = await openTestQueue([handler]);
  const jobs = [];
  for (const n of [-1, 0, 1, 2, 3]) jobs.push(await add(n, { sequence: 's', maxRetries: 0 }));
  await queue.pool.query('delete from graphile_worker._private_jobs where id = $1', [jobs[0]?.id]);
  await startThree();
  await queue.untilState(jobs[4]?.id ?? '', 'completed');
  assert.deepEqual(order('s'), [0, 1, 2, 3]);
  const states = await Promise.all(jobs.map(async ({ id }) => (await queue.job(id)).state));
  assert.deepEqual(states, ['cancelled', 'discarded', 'cancelled', 'discarded', 'completed']);
});

test('enqueues from many connections while workers run leave no job behind', async () => {
  const { handler, order, runs, mostAtOnce } = recorder();
  queue = await openTestQueue([handler]);
  await startThree();
  const ids = new Map<number, bigint>();
  const chains = Array.from({ length: 8 }, async (_, chain) => {
    for (let i = 0; i < 15; i++)
      ids.set(chain * 15 + i, BigInt((await add(chain * 15 + i, { sequence: 's' })).id));
  });
  await Promise.all(chains);
  await waitFor('all to run', () => runs.length === 120);
  const ran = order('s').map((n) => ids.get(n) ?? 0n);
  assert.deepEqual(
    ran,
    ran.toSorted((a, b) => (a < b ? -1 : 1)),
  );
  assert.equal(mostAtOnce(), 1);
});

test('every end of a run frees its unique key', async () => {
  const ends: Record<string, () => Promise<void>> = {
    completed: async () => {},
    'discarded by itself': () => Promise.reject(new SkipRetry('never')),
    cancelled: () => Promise.reject(new Cancel('not wanted')),
    'discarded after its last run': () => Promise.reject(new Error('no retries')),
  };
  queue = await openTestQueue([
    [steps, (payload) => ends[(payload as { end: string }).end]?.() ?? Promise.resolve()],
  ]);
  await queue.start();
  for (const end of Object.keys(ends)) {
    const once = () =>
      queue.distributor.distribute(queue.pool, steps, { end }, { uniqueKey: 'a', maxRetries: 0 });
    const { id } = await once();
    await queue.untilState(id, end.split(' ')[0] ?? '');
    const { id: second } = await once();
    await queue.untilState(second, end.split(' ')[0] ?? '');
  }
});
