import { test } from 'node:test';
import { openTestQueue, testTask } from '../support/test-queue.ts';

test('the very first job of a task, in an open transaction, holds up neither other enqueues nor a starting worker', async () => {
  const works = testTask('works');
  const queue = await openTestQueue([[works, async () => {}]]);
  const open = await queue.pool.connect();
  try {
    await open.query('begin');
    await queue.distributor.distribute(open, works, {});
    await queue.start();
    const { id } = await queue.distributor.distribute(queue.pool, works, {});
    await queue.untilState(id, 'completed');
  } finally {
    await open.query('rollback');
    open.release();
    await queue.close();
  }
});
