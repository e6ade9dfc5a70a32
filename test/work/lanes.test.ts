import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

const COUNT = 20;

/** The engine asks for more as soon as a run is over, when its lane is not free yet, and then every 500 ms: that would be 10 s here. */
test('the next job of a lane begins as soon as the end of the one before is written', async () => {
  await using stack = new AsyncDisposableStack();
  const begun: number[] = [];
  const queue = await openTestQueue([
    [testTask('works'), async (payload) => void begun.push((payload as { n: number }).n)],
  ]);
  stack.defer(() => queue.close());
  await queue.start([{ name: 'default', concurrency: 5 }]);
  const startedAt = performance.now();
  await queue.pool.query(
    `select graphile_worker.add_job('works', json_build_object('n', n), queue_name => 'a lane') from generate_series(1, $1) n`,
    [COUNT],
  );
  await waitFor('all of the lane to have begun', () => begun.length === COUNT);
  assert.deepEqual(
    begun,
    Array.from({ length: COUNT }, (_, index) => index + 1),
  );
  const tookMs = performance.now() - startedAt;
  assert.ok(tookMs < 5_000, `${tookMs} ms`);
});
