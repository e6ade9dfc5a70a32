import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_FETCH } from '../../src/work/engine/prefetch.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { createTestDatabase } from '../support/test-database.ts';
import { openTestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

const DISTANCE_MS = 20;
const COUNT = 8 * MAX_FETCH;

test('a worker far from the database fetches more of short jobs at once', async () => {
  await using stack = new AsyncDisposableStack();
  const database = await createTestDatabase();
  stack.defer(() => database.drop());
  const proxy = await startTcpProxy(database.connectionString, DISTANCE_MS);
  stack.defer(() => proxy.stop());
  const far = { ...database, connectionString: proxy.url, drop: async () => {} };
  const task = testTask('works');
  let doneCount = 0;
  const queue = await openTestQueue([[task, async () => void doneCount++]], far);
  stack.defer(() => queue.close());
  await queue.start([{ name: 'default', concurrency: 10 }]);
  const enqueue = () =>
    queue.distributor.distributeMany(
      queue.pool,
      Array.from({ length: COUNT }, () => ({ task, payload: {} })),
    );
  await enqueue(); // from which it learns how long they take
  await waitFor('the first to be done', () => doneCount === COUNT);
  await enqueue();
  await waitFor('all to be done', () => doneCount === 2 * COUNT);
  const { rows } = await queue.pool.query<{ most: number }>(
    'select max(h.jobs)::integer as most from (select count(*) as jobs from howdah.job_history group by started_at) h',
  );
  assert.ok(Number(rows[0]?.most) > MAX_FETCH, `${rows[0]?.most} at most`);
});
