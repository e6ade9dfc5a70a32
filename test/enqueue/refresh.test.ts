import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

const refresh = testTask('refresh', { maxRetries: 3 });
const WISHES = 120;

let queue: TestQueue;
afterEach(() => queue.close());

test('refreshing with key and sequence: never two at once, at most one waits, and the latest wish is always done', async () => {
  const done: number[] = [];
  let atOnce = 0;
  let mostAtOnce = 0;
  queue = await openTestQueue([
    [
      refresh,
      async (payload) => {
        mostAtOnce = Math.max(mostAtOnce, ++atOnce);
        await queue.pool.query('select pg_sleep(0.02)');
        atOnce--;
        done.push((payload as { n: number }).n);
      },
    ],
  ]);
  await Promise.all([queue.start(), queue.start(), queue.start()]);
  let mostWaiting = 0;
  for (let n = 1; n <= WISHES; n++) {
    await queue.distributor.distribute(queue.pool, refresh, { n }, { key: 'x', sequence: 'x' });
    const { rows } = await queue.pool.query<{ count: number }>(
      `select count(*)::int from howdah.jobs where task = 'refresh' and state in ('available', 'scheduled', 'retryable')`,
    );
    mostWaiting = Math.max(mostWaiting, rows[0]?.count ?? 0);
  }
  await waitFor('the latest wish to be done', () => done.includes(WISHES));
  assert.deepEqual([mostAtOnce, mostWaiting, done.at(-1)], [1, 1, WISHES]);
  assert.deepEqual(
    done,
    done.toSorted((a, b) => a - b),
  );
  assert.ok(done.length < WISHES, `${done.length} runs for ${WISHES} wishes`);
});
