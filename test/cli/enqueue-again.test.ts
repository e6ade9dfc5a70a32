import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { runHere } from '../support/howdah-cli.ts';
import { putJob } from '../support/job-states.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';

let queue: TestQueue;
before(async () => {
  queue = await openTestQueue([[testTask('works'), async () => {}]]);
  process.env['DATABASE_URL'] = queue.database.connectionString;
});
after(() => queue.close());

test('npx howdah enqueue-again adds a job like another one, with its payload or another', async () => {
  const id = await putJob(queue, 'discarded');
  for (const [given, payload] of [
    [[], { who: 'ada' }],
    [['{"who":"bob"}'], { who: 'bob' }],
  ] as const) {
    const { exitCode, stdout } = await runHere(['enqueue-again', id, ...given]);
    const added = JSON.parse(stdout);
    assert.deepEqual([exitCode, added.task, added.state, added.payload], [0, 'works', 'available', payload]);
  }
  assert.match(
    (await runHere(['enqueue-again', id, '--text'])).stdout,
    /^Job \d+: works in queue default\.$/m,
  );
  assert.equal((await runHere(['enqueue-again', id, '{'])).exitCode, 2);
  assert.equal((await runHere(['enqueue-again', '999999'])).exitCode, 1);
});
