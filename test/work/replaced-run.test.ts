import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

const works = testTask('works');

test('a job whose key is enqueued again while it runs keeps its true attempt, and is not retried when it fails', async () => {
  const letGo = Promise.withResolvers<void>();
  const runs: string[] = [];
  const queue = await openTestQueue([
    [
      works,
      async (_, { job }) => {
        runs.push(job.id);
        await letGo.promise;
        if (job.id === runs[0]) throw new Error('too late');
      },
    ],
  ]);
  try {
    await queue.start();
    const first = await queue.distributor.distribute(queue.pool, works, {}, { key: 'k' });
    await waitFor('the first to run', () => runs.includes(first.id));
    const second = await queue.distributor.distribute(queue.pool, works, {}, { key: 'k' });
    assert.notEqual(second.id, first.id);
    letGo.resolve();
    const ended = await queue.untilState(first.id, 'discarded');
    assert.deepEqual([ended.attempt, ended.last_error], [1, 'too late']);
    assert.equal((await queue.untilState(second.id, 'completed')).attempt, 1);
    assert.deepEqual(runs, [first.id, second.id]);
  } finally {
    await queue.close();
  }
});
